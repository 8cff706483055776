import { expect, test } from 'vitest';
import { processEnvironment } from '../../host/environment.ts';
import { connectEngine } from '../connect.ts';
import { buildScratchImage } from './scratch-image.ts';

const engine = await connectEngine({ env: processEnvironment() });

test('a scratch image has the configuration that was asked for', async () => {
  await using image = await buildScratchImage(engine, {
    entrypoint: ['/bin/httpd', '-f'],
    command: ['-p', '8080'],
    env: { COLOUR: 'blue' },
    exposedPorts: [8080, '53/udp'],
    volumes: ['/data'],
    user: 'nobody',
    workingDir: '/srv',
    stopSignal: 'SIGINT',
    healthcheck: { test: ['CMD', '/bin/true'], intervalMs: 5000, retries: 2 },
    labels: { team: 'a' },
  });

  expect(image.record.config).toMatchObject({
    entrypoint: ['/bin/httpd', '-f'],
    command: ['-p', '8080'],
    env: ['PATH=/bin:/usr/bin', 'COLOUR=blue'],
    exposedPorts: ['53/udp', '8080/tcp'],
    volumes: ['/data'],
    user: 'nobody',
    workingDir: '/srv',
    stopSignal: 'SIGINT',
    healthcheck: { test: ['CMD', '/bin/true'], intervalMs: 5000, retries: 2 },
    labels: { team: 'a' },
  });
});

test('equal options give an equal image id, and disposing removes the image', async () => {
  const name = `seatrial-scratch/equal-${String(process.pid)}`;
  const first = await buildScratchImage(engine, { name, files: { '/a': 'a' } });
  await first[Symbol.asyncDispose]();
  const afterRemoval = await engine.images.inspect(first.ref);

  await using second = await buildScratchImage(engine, { name, files: { '/a': 'a' } });

  expect(afterRemoval).toBeUndefined();
  expect(second.record.id).toBe(first.record.id);
});
