import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Measurement } from '../benchmark.ts';
import { median, ms } from '../stopwatch.ts';
import { endOfStep, runAndRead } from './command.ts';
import { registries } from './registries.ts';
import { REPOSITORY, SHIP_STEP, type SampleProject } from './sample-project.ts';

const execute = promisify(execFile);

/** In milliseconds, one for each round. */
export type DeployTimes = Readonly<
  Record<'whole command' | 'ship step' | 'docker push', readonly number[]>
>;

/** First deploys of what is tested and `docker push` of the same, in turns, to each registry while it is empty. */
export async function timeDeploys(
  project: SampleProject,
  rounds: number,
): Promise<ReadonlyMap<string, DeployTimes>> {
  const measured = new Map<string, DeployTimes>();
  for (const [name, start] of Object.entries(registries)) {
    const times = {
      'whole command': new Array<number>(),
      'ship step': new Array<number>(),
      'docker push': new Array<number>(),
    };
    for (let round = 0; round < rounds; round += 1) {
      await using registry = await start();
      const deployed = await deploy(project, registry.host);
      times['whole command'].push(deployed.wholeMs);
      times['ship step'].push(deployed.shipMs);
      await using other = await start();
      times['docker push'].push(await push(project, other.host));
    }
    measured.set(name, times);
  }
  return measured;
}

/** What one part of a deploy takes against `docker push`; of several registries the worst counts. */
export function ratiosOf(
  measured: ReadonlyMap<string, DeployTimes>,
  what: 'whole command' | 'ship step',
): Measurement {
  const parts: Record<string, string> = {};
  let worst = 0;
  for (const [name, times] of measured) {
    const ratio = median(times[what]) / median(times['docker push']);
    worst = Math.max(worst, ratio);
    parts[name] = `${ratio.toFixed(2)} x`;
    for (const [part, each] of Object.entries(times))
      parts[`${part} to ${name}`] = ms(median(each));
  }
  return { value: worst, parts };
}

/** Nothing is packed yet. */
async function deploy(
  project: SampleProject,
  host: string,
): Promise<{ readonly wholeMs: number; readonly shipMs: number }> {
  await rm(join(project.folder, '.seatrial', 'store'), { recursive: true, force: true });
  const startedAt = performance.now();
  const events = await runAndRead(['deploy', '--registry', host], { folder: project.folder });
  const wholeMs = performance.now() - startedAt;
  return { wholeMs, shipMs: endOfStep(events, SHIP_STEP).durationMs };
}

async function push({ engine, record }: SampleProject, host: string): Promise<number> {
  const name = `${host}/${REPOSITORY}`;
  await engine.images.tag(record.id, name, 'docker');
  try {
    const startedAt = performance.now();
    await execute('docker', ['push', `${name}:docker`]);
    return performance.now() - startedAt;
  } finally {
    await engine.images.remove(`${name}:docker`);
  }
}
