import { existsSync } from 'node:fs';
import { glob, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadErrorCodes } from '../scripts/docs/error-tables.ts';
import { renderPages } from '../scripts/docs/pages.ts';
import { blocksOf, brokenLinksOf, localLinksOf, tourCommands } from './docs/markdown.ts';

const root = join(import.meta.dirname, '..');
const codes = await loadErrorCodes(join(root, 'src'));
const pages = await readAll(['*.md', 'docs/**/*.md', 'src/**/README.md', 'examples/**/README.md']);

describe('the reference', () => {
  it('is what the schema and the tables say: run `npm run docs` when this fails', async () => {
    const generated = await renderPages(join(root, 'src'));

    const committed = await readAll(['docs/reference/*.md']);

    const prefixed = [...generated].map(
      ([name, text]) => [`docs/reference/${name}`, text] as const,
    );
    expect(Object.fromEntries(committed)).toEqual(Object.fromEntries(prefixed));
  });
});

describe('every error code', () => {
  it('is unique among all rooms', () => {
    const names = codes.map(({ code }) => code);

    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names.length).toBeGreaterThan(20);
  });

  it('has a heading of its own, a meaning and one sentence to act on', () => {
    const page = pages.get('docs/reference/errors.md') ?? '';

    const unfinished = codes.filter(
      ({ code, meaning, hint }) =>
        !page.includes(`\n### ${code}\n`) || !meaning.endsWith('.') || !/^[A-Z`].*\.$/u.test(hint),
    );

    expect(unfinished.map(({ code }) => code)).toEqual([]);
  });

  it('is provoked by a test', async () => {
    const tests = await readAll(['src/**/*.test.ts', 'test/**/*.test.ts']);
    const allTests = [...tests.values()].join('\n');

    const untested = codes.filter(({ code }) => !new RegExp(`\\b${code}\\b`, 'u').test(allTests));

    expect(untested.map(({ room, code }) => `${room}: ${code}`)).toEqual([]);
  });
});

describe('the pages', () => {
  it('have no link that leads nowhere', () => {
    const broken = [...pages.keys()].flatMap((path) =>
      brokenLinksOf(path, pages, isInCheckout).map((link) => `${path}: ${link}`),
    );

    expect(broken).toEqual([]);
    expect([...pages.values()].flatMap(localLinksOf).length).toBeGreaterThan(10);
  });

  it('introduce every room in at most 30 lines', async () => {
    const entries = await readdir(join(root, 'src'), { withFileTypes: true });
    const rooms = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);

    const wrong = rooms.filter((room) => {
      const length = pages.get(`src/${room}/README.md`)?.split('\n').length ?? 0;
      return length < 3 || length > 31;
    });

    expect(wrong).toEqual([]);
  });

  it('keep the index for contributors short', () => {
    expect(pages.get('AGENTS.md')?.split('\n').length).toBeLessThanOrEqual(121);
  });

  it('show no command in the README that the tour does not run', () => {
    const shell = blocksOf(pages.get('README.md') ?? '').filter(({ info }) =>
      /^(?:ba)?sh/u.test(info),
    );

    expect(shell.length).toBeGreaterThan(0);
    expect(shell.filter(({ info }) => info !== 'sh tour')).toEqual([]);
  });
});

describe('the checks of the pages', () => {
  it('notice a link to a page or heading that is not there', () => {
    const planted = new Map([
      ['docs/a.md', '# A\n[b](b.md#here) [b](b.md#gone) [c](c.md) [a](#a) [web](https://x.test/)'],
      ['docs/b.md', '# B\n\n## Here\n'],
    ]);

    const broken = brokenLinksOf('docs/a.md', planted, (path) => planted.has(path));

    expect(broken).toEqual(['b.md#gone', 'c.md']);
  });

  it('read the commands of a tour, a continued line as one', () => {
    const markdown = '```sh tour\n# first\nmake ci\nfoo \\\n  --bar\n```\n\n```sh\nnot this\n```\n';

    expect(tourCommands(markdown)).toEqual(['make ci', 'foo \\\n  --bar']);
  });
});

function isInCheckout(path: string): boolean {
  return existsSync(join(root, path));
}

async function readAll(patterns: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const path of glob(patterns, { cwd: root })) {
    if (!path.includes('planted/')) found.set(path, await readFile(join(root, path), 'utf8'));
  }
  return found;
}
