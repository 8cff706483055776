import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { predicateTypes } from '../evidence/statement.ts';
import { digestOf, hexOf } from '../kernel/digest.ts';
import {
  evidenceFolder,
  keepBundles,
  pruneEvidence,
  readKeptBundles,
  type EvidencePlace,
} from './kept-evidence.ts';

let place: EvidencePlace;
beforeEach(async () => {
  const stateFolder = await mkdtemp(join(tmpdir(), 'seatrial-test-kept-'));
  place = { stateFolder, digest: digestOf('image'), plan: digestOf('plan') };
});
afterEach(async () => {
  await rm(place.stateFolder, { recursive: true });
});

const createdAt = '2026-11-24T10:15:30.000Z';
const bundles = [
  { bundle: '{"a":1}', predicateType: predicateTypes.sbom, createdAt },
  { bundle: '{"b":2}', predicateType: 'https://example.com/other type', createdAt },
];

test('bundles come back byte for byte, in the order of signing', async () => {
  await keepBundles(place, bundles);

  expect(await readKeptBundles(place)).toEqual(bundles);
});

test('of another digest or plan nothing is kept', async () => {
  await keepBundles(place, bundles);

  expect(await readKeptBundles({ ...place, digest: digestOf('x') })).toBeUndefined();
  expect(await readKeptBundles({ ...place, plan: digestOf('x') })).toBeUndefined();
});

test.each([
  ['no index', async (folder: string) => await rm(join(folder, 'index.json'))],
  ['a torn index', async (folder: string) => await writeFile(join(folder, 'index.json'), '[{"fi')],
  ['another index', async (folder: string) => await writeFile(join(folder, 'index.json'), '{}')],
  [
    'an index that leads elsewhere',
    async (folder: string) =>
      await writeFile(
        join(folder, 'index.json'),
        JSON.stringify([{ file: '../../x', predicateType: predicateTypes.sbom, createdAt }]),
      ),
  ],
  ['a missing bundle', async (folder: string) => await rm(join(folder, 'sbom.sigstore.json'))],
])('a folder with %s is as good as none', async (_, damage) => {
  await keepBundles(place, bundles);

  await damage(evidenceFolder(place));

  expect(await readKeptBundles(place)).toBeUndefined();
});

test('where nothing was kept there is nothing to prune', async () => {
  await expect(pruneEvidence(place.stateFolder)).resolves.toBeUndefined();
});

test('only the newest folders stay', async () => {
  const root = join(place.stateFolder, 'evidence');
  for (let age = 0; age < 60; age += 1) {
    const folder = join(root, hexOf(digestOf(String(age))));
    await mkdir(folder, { recursive: true });
    await utimes(folder, 1_700_000_000 - age, 1_700_000_000 - age);
  }

  await pruneEvidence(place.stateFolder);

  const left = await readdir(root);
  expect(left).toHaveLength(50);
  expect(left).toContain(hexOf(digestOf('0')));
  expect(left).not.toContain(hexOf(digestOf('59')));
});
