import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findVitest } from './find-vitest.ts';

test('finds the Vitest of the project, or the one that this package has', () => {
  expect(findVitest(import.meta.dirname)).toMatch(/vitest\/.*node\.js$/u);
  expect(findVitest(tmpdir())).toMatch(/vitest\/.*node\.js$/u);
});

test('SPEC_NO_VITEST: says how to install it', () => {
  expect(() => findVitest('/project', [join(tmpdir(), 'package.json')])).toThrow(
    expect.objectContaining({
      code: 'SPEC_NO_VITEST',
      exitCode: 2,
      hint: 'Install it: npm install --save-dev vitest',
    }),
  );
});
