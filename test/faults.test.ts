import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue } from './faults/catalogue.ts';
import { hasTest } from './faults/test-titles.ts';

const root = join(import.meta.dirname, '..');
const cases = Object.values(catalogue).flatMap((group) => group.cases);

describe('the catalogue of faults', () => {
  it('has all 124 cases, each once and in order', () => {
    const expected = Object.entries(catalogue).flatMap(([letter, { count }]) =>
      Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
    );

    expect(cases.map(({ id }) => id)).toEqual(expected);
    expect(expected).toHaveLength(124);
  });

  it('says of at most ten that they cannot be run', () => {
    expect(cases.filter((each) => 'cannotRun' in each).length).toBeLessThanOrEqual(10);
  });

  it('names tests that exist', async () => {
    const named = cases.flatMap((each) => ('coveredBy' in each ? each.coveredBy : []));
    const sources = new Map<string, string>();
    for (const file of new Set(named.map((each) => each.file))) {
      const path = join(root, file);
      sources.set(file, existsSync(path) ? await readFile(path, 'utf8') : '');
    }

    const missing = named.filter(({ file, test }) => !hasTest(sources.get(file) ?? '', test));

    expect(missing.map(({ file, test }) => `${file}: ${test}`)).toEqual([]);
    expect(named.length).toBeGreaterThan(124);
  });
});

describe('the search for a test', () => {
  const source = `
describe.each(kinds)('a door', (kind) => {
  test('opens', () => {});
  it.each<[string, number]>([
    ['a', 1],
  ])(
    'opens for %s',
    () => {},
  );
  test.skip('sings', () => {});
});
const text = 'is no test, though it stands here';
test("closes when it's told", async () => {});
`;

  it.each(['opens', 'a door > opens', 'opens for %s', "closes when it's told"])(
    'finds %j',
    (name) => {
      expect(hasTest(source, name)).toBe(true);
    },
  );

  it.each(['sings', 'a window > opens', 'opens for', 'pens', 'is no test, though it stands here'])(
    'does not find %j',
    (name) => {
      expect(hasTest(source, name)).toBe(false);
    },
  );
});
