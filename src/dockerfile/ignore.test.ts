import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createContextFilter, parseIgnoreFile } from './ignore.ts';

describe('a path', () => {
  test.each<[string, string, boolean]>([
    ['', 'a', true],
    ['a', 'a', false],
    ['a', 'a/b', false],
    ['a', 'b/a', true],
    ['a', 'ab', true],
    ['A', 'a', true],
    ['/a', 'a', false],
    ['a/', 'a', false],
    ['./a', 'a', false],
    ['*', 'a', false],
    ['*.md', 'a.md', false],
    ['*.md', 'b/a.md', true],
    ['**/*.md', 'b/a.md', false],
    ['**/*.md', 'a.md', false],
    ['**', 'a/b', false],
    ['a/**', 'a/b/c', false],
    ['a/**/z', 'a/b/c/z', false],
    ['a/**/z', 'a/z', false],
    ['a?', 'ab', false],
    ['a?', 'a/b', true],
    ['*/temp*', 'b/temporary', false],
    ['*/temp*', 'temporary', true],
    ['#a', '#a', true],
    ['# a comment\nb', 'b', false],
    ['  a  ', 'a', false],
    ['a\r\nb\r\n', 'b', false],
    ['\uFEFFa', 'a', false],
    ['*\n!a', 'a', true],
    ['*\n!a', 'a/b', true],
    ['*\n!a/b', 'a/b', true],
    ['*\n!a/b', 'a/c', false],
    ['*\n! a', 'a', true],
    ['!a\n*', 'a', false],
    ['*.md\n!README*.md\nREADME-secret.md', 'README.md', true],
    ['*.md\n!README*.md\nREADME-secret.md', 'README-secret.md', false],
    ['*\n!**/*.go', 'a/b/c.go', true],
    ['c++', 'c++', false],
    ['c++/(old)', 'c++/(old)/x', false],
    ['a|b', 'a', true],
    ['a|b', 'a|b', false],
    ['{a,b}', 'a', true],
    ['[ab]', 'a', false],
    ['[^a]', 'b', false],
    ['[^a]', 'a', true],
    ['a.c', 'abc', true],
    ['a\\*', 'a*', false],
    ['a\\*', 'ab', true],
    ['x', 'constructor', true],
    ['x', 'toString', true],
    ['constructor', 'constructor', false],
    ['__proto__', '__proto__', false],
    ['*', 'hasOwnProperty', false],
  ])('with the rules %j, %s: included is %s', (text, path, expected) => {
    expect(parseIgnoreFile(text).includes(path)).toBe(expected);
  });
});

describe('a folder', () => {
  test.each<[string, string, boolean]>([
    ['node_modules', 'node_modules', true],
    ['node_modules', 'src', false],
    ['a', 'a/b', true],
    ['*', 'a', true],
    ['*\n!b', 'a', true],
    ['*\n!a', 'a', false],
    ['*\n!a/b', 'a', false],
    ['*\n!a/b', 'a/c', true],
    ['*\n!a/b', 'a/b', false],
    ['*\n!a/b/c', 'a', false],
    ['*\n!*/b', 'a', false],
    ['*\n!*/b', 'a/c', true],
    ['*\n!**/keep', 'a', false],
    ['*\n!a/**', 'b', true],
    ['*\n!a*/x', 'b', false],
    ['**\n!/b/c', 'a', true],
    ['**\n!/b/c', 'b', false],
    ['!a\na/b', 'a/b', true],
  ])('with the rules %j, %s can be skipped whole: %s', (text, folder, expected) => {
    expect(parseIgnoreFile(text).excludesWhole(folder)).toBe(expected);
  });

  test('that can be skipped never holds anything that is included', () => {
    const names = ['a', 'b', 'c'];
    const paths = names.flatMap((x) =>
      names.flatMap((y) => [`${x}/${y}`, ...names.map((z) => `${x}/${y}/${z}`)]),
    );
    const rules = [
      '*',
      '**',
      'a',
      'a/b',
      '*/b',
      '**/c',
      'a/**',
      '!a',
      '!a/b',
      '!*/b',
      '!**/c',
      '!a/b/c',
      '!?/a',
      '!b/**',
    ];
    const wrong: string[] = [];

    for (const first of rules) {
      for (const second of rules) {
        for (const third of rules) {
          const filter = parseIgnoreFile([first, second, third].join('\n'));
          for (const path of paths) {
            const folders = path
              .split('/')
              .map((_, end, all) => all.slice(0, end).join('/'))
              .slice(1);
            const skipped = folders.find((folder) => filter.excludesWhole(folder));
            if (skipped !== undefined && filter.includes(path))
              wrong.push(`${first} ${second} ${third}: ${skipped} ${path}`);
          }
        }
      }
    }

    expect(wrong).toEqual([]);
  });
});

describe('the file of the rules', () => {
  test('is the one of the Dockerfile, before that of the context', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'seatrial-test-ignore-'));
    try {
      const dockerfile = join(folder, 'Dockerfile');

      const none = await createContextFilter(folder, dockerfile);
      await writeFile(join(folder, '.dockerignore'), 'a');
      const general = await createContextFilter(folder, dockerfile);
      await writeFile(join(folder, 'Dockerfile.dockerignore'), 'b');
      const own = await createContextFilter(folder, dockerfile);

      expect([none.includes('a'), none.includes('b')]).toEqual([true, true]);
      expect([general.includes('a'), general.includes('b')]).toEqual([false, true]);
      expect([own.includes('a'), own.includes('b')]).toEqual([true, false]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('an empty one of the Dockerfile switches that of the context off', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'seatrial-test-ignore-'));
    try {
      await writeFile(join(folder, '.dockerignore'), 'a');
      await writeFile(join(folder, 'Dockerfile.dockerignore'), '');

      const filter = await createContextFilter(folder, join(folder, 'Dockerfile'));

      expect(filter.includes('a')).toBe(true);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
