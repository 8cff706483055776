import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readySchema } from '../../config/schema.ts';
import type { ImageConfig, ImageRecord } from '../contract.ts';
import { logProbe } from './log-probe.ts';
import { probeRules, selectProbe } from './probes.ts';

function imageWith(config: Partial<ImageConfig>): ImageRecord {
  return {
    id: `sha256:${'0'.repeat(64)}`,
    tags: [],
    repoDigests: [],
    platform: { os: 'linux', architecture: 'amd64' },
    sizeBytes: 0,
    diffIds: [],
    config: {
      entrypoint: [],
      command: [],
      env: [],
      exposedPorts: [],
      volumes: [],
      user: '',
      workingDir: '',
      labels: {},
      ...config,
    },
  };
}

function kindOf(config: Partial<ImageConfig>, ready?: object): string {
  return selectProbe(ready && readySchema.parse(ready), imageWith(config)).kind;
}

test('the table and the folder have the same kinds', () => {
  const files = readdirSync(new URL('.', import.meta.url))
    .flatMap((name) => /^(\w+)-probe\.ts$/u.exec(name)?.[1] ?? [])
    .sort();

  expect(Object.keys(probeRules).sort()).toEqual(files);
});

test('an image is waited for by its health check, else its ports, else by quiet', () => {
  const healthcheck = { test: ['CMD', 'true'] };
  const exposedPorts = ['80/tcp'];

  expect(kindOf({ healthcheck, exposedPorts })).toBe('health');
  expect(kindOf({ healthcheck: { test: ['NONE'] }, exposedPorts })).toBe('port');
  expect(kindOf({ exposedPorts: ['53/udp'] })).toBe('quiet');
  expect(kindOf({})).toBe('quiet');
});

test('settings win over the image, and a bare timeout leaves the image to decide', () => {
  const exposedPorts = ['80/tcp'];

  expect(kindOf({ exposedPorts }, { log: 'up' })).toBe('log');
  expect(kindOf({ exposedPorts }, { timeout: '5s' })).toBe('port');
});

test('a log pattern that is no RE2 expression is refused: READY_SETTING_INVALID', () => {
  expect(() => logProbe('(')).toThrow(
    expect.objectContaining({ code: 'READY_SETTING_INVALID', exitCode: 2 }),
  );
});
