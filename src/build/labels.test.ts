import { expect, test } from 'vitest';
import type { CiEnvironment } from '../kernel/ci-environment.ts';
import { toImageLabels } from './labels.ts';

const CI: CiEnvironment = {
  provider: 'github',
  isFork: false,
  source: 'https://example.org/app',
  commit: 'abc123',
  committedAt: '2026-01-02T03:04:05Z',
  tag: 'v1.2.3',
};

test('labels come from the commit, so that the same commit gives the same ones', () => {
  expect(toImageLabels(CI, {})).toEqual({
    'org.opencontainers.image.source': 'https://example.org/app',
    'org.opencontainers.image.revision': 'abc123',
    'org.opencontainers.image.created': '2026-01-02T03:04:05Z',
    'org.opencontainers.image.version': 'v1.2.3',
  });
});

test("what is unknown is no label, and the user's own win", () => {
  const own = { 'org.opencontainers.image.source': 'https://example.org/mine', team: 'a' };

  expect(toImageLabels({ provider: 'local', isFork: false, source: 'x' }, own)).toEqual(own);
});

test('a dirty working tree is no commit', () => {
  const labels = toImageLabels({ ...CI, isDirty: true }, {});

  expect(labels['org.opencontainers.image.revision']).toBe('abc123-dirty');
});
