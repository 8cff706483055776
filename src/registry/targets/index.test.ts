import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { targetOf, targets } from './index.ts';

test('each file of the folder is a line of the table', async () => {
  const files = (await readdir(import.meta.dirname)).filter((name) => !name.startsWith('index.'));

  expect(targets.map(({ id }) => id).toSorted()).toEqual(
    files.map((name) => basename(name, '.ts')).toSorted(),
  );
});

test.each([
  ['docker.io', 'registry-1.docker.io'],
  ['ghcr.io', undefined],
  ['127.0.0.1:5000', undefined],
])('%s answers at %s', (host, endpoint) => {
  expect(targetOf(host)?.endpoint).toBe(endpoint);
});

test.each([
  ['registry.gitlab.com', true],
  ['quay.io', true],
  ['quay.io.example.com', undefined],
  ['docker.io', undefined],
  ['ghcr.io', undefined],
])('%s removes what no tag points to: %s', (host, collects) => {
  expect(targetOf(host)?.collectsUntagged).toBe(collects);
});
