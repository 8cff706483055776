import { expect, test } from 'vitest';
import { runSchema, type ImageProfile } from '../../config/schema.ts';
import type { ImageRecord } from '../../engine/contract.ts';
import { digestOf } from '../../kernel/digest.ts';
import { freshVolumePaths, planContainer, type PlanningPlace } from './container-options.ts';

const record: ImageRecord = {
  id: digestOf('image'),
  tags: [],
  repoDigests: [],
  platform: { os: 'linux', architecture: 'amd64' },
  sizeBytes: 1,
  diffIds: [],
  config: {
    entrypoint: [],
    command: [],
    env: [],
    exposedPorts: ['8000/tcp', '53/udp'],
    volumes: ['/data'],
    user: '',
    workingDir: '',
    labels: {},
  },
};

const profile: ImageProfile = {
  run: runSchema.parse({
    env: { A: '1', B: 2 },
    command: ['serve'],
    user: 'app',
    memory: '64m',
    mounts: ['/cache', { tmpfs: '/scratch' }, { bind: 'conf', target: '/etc/app' }],
    stop_timeout: '2500ms',
  }),
};

function placeWith(overrides: Partial<PlanningPlace> = {}): PlanningPlace {
  return {
    record,
    profile,
    projectFolder: '/p',
    mustPublish: false,
    freshVolumes: {},
    ...overrides,
  };
}

test('a container runs as the image is configured', () => {
  const { spec, mustWait, stopTimeoutMs } = planContainer({}, placeWith());

  expect(spec).toMatchObject({
    image: record.id,
    env: { A: '1', B: '2' },
    command: ['serve'],
    user: 'app',
    memoryBytes: 64 * 1024 ** 2,
    stopTimeoutS: 3,
    mounts: [
      { type: 'tmpfs', target: '/scratch' },
      { type: 'bind', source: '/p/conf', target: '/etc/app', isReadOnly: true },
    ],
  });
  expect(spec.publish).toBeUndefined();
  expect([mustWait, stopTimeoutMs]).toEqual([true, 2500]);
});

test('options of the test are added to the settings, and win', () => {
  const { spec, ready, mustWait } = planContainer(
    {
      env: { B: true },
      entrypoint: ['/bin/sh'],
      user: 'root',
      volumes: { '/data': { name: 'v1' }, '/scratch/': 'v2' },
      binds: { '/file': 'test/file' },
      network: { name: 'n1' },
      aliases: ['db'],
      ready: { port: 9000, timeout: '5s' },
      wait: false,
    },
    placeWith(),
  );

  expect(spec).toMatchObject({
    env: { A: '1', B: 'true' },
    entrypoint: ['/bin/sh'],
    user: 'root',
    network: 'n1',
    aliases: ['db'],
    mounts: [
      { type: 'volume', source: 'v1', target: '/data' },
      { type: 'volume', source: 'v2', target: '/scratch/' },
      { type: 'bind', source: '/p/test/file', target: '/file', isReadOnly: true },
      { type: 'bind', source: '/p/conf', target: '/etc/app' },
    ],
  });
  expect(spec.command).toBeUndefined();
  expect(ready).toMatchObject({ port: 9000, timeout: 5000 });
  expect(mustWait).toBe(false);
});

test('declared paths get a fresh volume unless the test mounts something there', () => {
  const paths = freshVolumePaths({ volumes: { '/data/': 'v' } }, { record, profile });

  expect(paths).toEqual(['/cache']);
  expect(freshVolumePaths({}, { record, profile })).toEqual(['/data', '/cache']);
  expect(freshVolumePaths({ tmpfs: ['/cache'] }, { record, profile })).toEqual(['/data']);
});

test('ports are published only for an engine elsewhere', () => {
  const { spec } = planContainer({ ports: [9000, 8000] }, placeWith({ mustPublish: true }));

  expect(spec.publish).toEqual([8000, 9000]);
});

test('SPEC_FIXTURE_MISUSED: ready that is not of the form of seatrial.yaml', () => {
  const ready = { port: 70_000 };

  const plan = (): unknown => planContainer({ ready }, placeWith());

  expect(plan).toThrow(expect.objectContaining({ code: 'SPEC_FIXTURE_MISUSED' }));
  expect(plan).toThrow(/port/u);
});
