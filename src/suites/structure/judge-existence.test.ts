import { describe, expect, it } from 'vitest';
import type { FileView } from '../gather-files.ts';
import { judgeExistence } from './judge-existence.ts';

/** A pipe, which no layer of a test can hold. */
const view: FileView = {
  found: () => ({
    state: 'there',
    kind: 'pipe',
    stat: { name: 'pipe', sizeBytes: 0, mode: (1 << 25) | 0o644 },
  }),
  entry: () => ({ uid: 0, gid: 0 }),
  content: () => ({ state: 'unread', problem: 'it is a pipe' }),
};

const test = {
  name: 'n',
  path: '/pipe',
  shouldExist: true,
  permissions: 'prw-r--r--',
  uid: 0,
  gid: -1,
  isExecutableBy: '',
};

describe('a pipe, a device or a socket', () => {
  it('is there', () => {
    expect(judgeExistence(test, '/pipe', { view, isCompat: false })).toEqual([]);
  });

  it('is not there for the original, which looks at files, folders and links alone', () => {
    expect(judgeExistence(test, '/pipe', { view, isCompat: true })).toMatchObject([
      { message: 'There is no /pipe' },
    ]);
    const absent = { ...test, shouldExist: false };
    expect(judgeExistence(absent, '/pipe', { view, isCompat: true })).toEqual([]);
  });
});
