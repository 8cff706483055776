import { describe, expect, it } from 'vitest';
import { isAllowed, leavesOf } from './writes-seen.ts';
import type { PathChange } from '../../engine/contract.ts';

function changed(...paths: readonly string[]): readonly PathChange[] {
  return paths.map((path) => ({ path, kind: 'changed' }));
}

function leaves(paths: readonly string[], mountPoints: readonly string[] = []): readonly string[] {
  return leavesOf(changed(...paths), mountPoints).map(({ path }) => path);
}

describe('leavesOf', () => {
  it('leaves out the folders that lead to a changed file', () => {
    expect(leaves(['/var', '/var/log', '/var/log/a', '/var/log/a.b'])).toEqual([
      '/var/log/a',
      '/var/log/a.b',
    ]);
  });

  it('leaves out the folders that volumes are mounted on, and those above', () => {
    expect(leaves(['/srv', '/srv/data', '/etc/app'], ['/srv/data'])).toEqual(['/etc/app']);
  });

  it('takes no name for a folder of another that it begins', () => {
    expect(leaves(['/data', '/database'])).toEqual(['/data', '/database']);
  });
});

describe('isAllowed', () => {
  it.each(['/tmp/x', '/run/app/x', '/var/run/x', '/app/server.pid', '/srv/a.sock', '/tmp'])(
    'allows %s',
    (path) => {
      expect(isAllowed(path, [])).toBe(true);
    },
  );

  it.each(['/tmpfile', '/var/lib/tmp/x', '/app/pid', '/runner'])('does not allow %s', (path) => {
    expect(isAllowed(path, [])).toBe(false);
  });

  it('allows what the owner allows, with or without a slash at the end', () => {
    expect(isAllowed('/var/cache/a', ['/var/cache/'])).toBe(true);
    expect(isAllowed('/var/cached', ['/var/cache'])).toBe(false);
  });
});
