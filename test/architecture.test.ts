import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ranks } from './architecture/ranks.ts';
import { rules } from './architecture/rules.ts';
import { readTree } from './architecture/tree.ts';

const planted = join(import.meta.dirname, 'architecture', 'planted', 'src');
const tree = await readTree(join(import.meta.dirname, '..', 'src'));

describe('the architecture', () => {
  it('is read from the tree and not from an empty folder', () => {
    const roomsWithFiles = new Set(tree.files.map((file) => file.path.split('/')[0]));

    expect(tree.files.length).toBeGreaterThan(100);
    expect(ranks.flat().filter((room) => roomsWithFiles.has(room)).length).toBeGreaterThan(10);
    expect(tree.files.flatMap((file) => file.imports).length).toBeGreaterThan(tree.files.length);
  });

  it.each(Object.entries(rules))('%s', (_sentence, rule) => {
    expect(rule(tree)).toEqual([]);
  });
});

describe('the architecture test', () => {
  it('finds each violation of the planted tree, and nothing else', async () => {
    const plantedTree = await readTree(planted);

    const found = Object.values(rules)
      .flatMap((rule) => rule(plantedTree))
      .map(({ rule, file, message }) => `${rule}: ${file} ${message}`);

    expect(found).toEqual([
      'rank: main.ts main.ts has no place in the table of ranks',
      'rank: utils/strings.ts utils has no place in the table of ranks',
      'import: cli/types.ts imports utils, which has no rank',
      'import: engine/sibling.ts imports registry/client.ts, which is its sibling',
      'import: kernel/hidden.ts imports host/files.ts, which is above it',
      'import: kernel/upward.ts imports engine/contract.ts, which is above it',
      'door: pipeline/reach-in.ts imports engine/docker/images.ts; engine/docker is entered through engine/connect.ts alone',
      'door: pipeline/reach-in.ts imports suites/behaviour/checks/starts.ts; suites/behaviour/checks is entered through index.ts',
      'door: suites/goss/index.ts imports suites/script/run.ts; suites/script is entered through index.ts',
      'table: suites/behaviour/checks/unlisted.ts is not listed in suites/behaviour/checks/index.ts',
      'table: suites/goss/index.ts is not listed in suites/index.ts',
      'table: ci/providers/github.ts is not listed in ci/providers/index.ts',
      'table: registry/targets/forgotten.ts is not listed in registry/targets/index.ts',
      'table: report/reporters/junit.ts is not listed in report/reporters/index.ts',
      'process: suites/script/run.ts imports execa; only host/ starts processes',
      'environment: ci/providers/github.ts reads process.env; only host/ does',
      'environment: config/environment.ts reads process.env; only host/ does',
      'console: engine/docker/images.ts uses console; only cli/ and report/reporters/ print',
      'size: dashboard/long.ts has 401 lines; the limit is 400',
      'name: cli/types.ts is called types',
      'name: utils/strings.ts is called utils',
    ]);
  });

  it('refuses a file that it cannot read', async () => {
    const broken = join(import.meta.dirname, 'architecture', 'planted', 'broken');

    await expect(readTree(broken)).rejects.toThrow('half.ts');
  });
});
