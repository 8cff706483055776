import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Benchmark } from './benchmark.ts';
import { endOfStep, runAndRead } from './rig/command.ts';
import { registries } from './rig/registries.ts';
import {
  createSampleProject,
  REPOSITORY,
  SHIP_STEP,
  type SampleProject,
} from './rig/sample-project.ts';
import { median, ms } from './stopwatch.ts';

const execute = promisify(execFile);
const ROUNDS = 5;

export const deployFirst: Benchmark = {
  name: 'deploy-first',
  figure:
    'first `seatrial deploy` of a 200 MB image against `docker push`, the worse of two registries',
  unit: 'x',
  limit: { atMost: 1 },
  async run() {
    await using project = await createSampleProject();
    const parts: Record<string, string> = {};
    let worst = 0;
    for (const [name, start] of Object.entries(registries)) {
      const times: Times = { deploy: [], ship: [], push: [] };
      for (let round = 0; round < ROUNDS; round += 1) {
        await using registry = await start();
        await deploy(project, registry.host, times);
        await using other = await start();
        await push(project, other.host, times);
      }
      const ratio = median(times.deploy) / median(times.push);
      worst = Math.max(worst, ratio);
      parts[name] = `${ratio.toFixed(2)} x`;
      for (const [what, each] of Object.entries(times))
        parts[`${what} to ${name}`] = ms(median(each));
    }
    return { value: worst, parts };
  },
};

type Times = Readonly<Record<'deploy' | 'ship' | 'push', number[]>>;

/** Nothing is packed yet, and the registry is empty. */
async function deploy(project: SampleProject, host: string, times: Times): Promise<void> {
  await rm(join(project.folder, '.seatrial', 'store'), { recursive: true, force: true });
  const startedAt = performance.now();
  const events = await runAndRead(['deploy', '--registry', host], { folder: project.folder });
  times.deploy.push(performance.now() - startedAt);
  times.ship.push(endOfStep(events, SHIP_STEP).durationMs);
}

async function push({ engine, record }: SampleProject, host: string, times: Times): Promise<void> {
  const name = `${host}/${REPOSITORY}`;
  await engine.images.tag(record.id, name, 'docker');
  try {
    const startedAt = performance.now();
    await execute('docker', ['push', `${name}:docker`]);
    times.push.push(performance.now() - startedAt);
  } finally {
    await engine.images.remove(`${name}:docker`);
  }
}
