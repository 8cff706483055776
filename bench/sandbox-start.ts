import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stateRoot } from '../src/engine/temporary-folders.ts';
import { processEnvironment } from '../src/host/environment.ts';
import { runProcess } from '../src/host/process.ts';
import { openPlace } from '../src/sandbox/namespace/open-place.ts';
import type { Benchmark } from './benchmark.ts';
import { median, ms } from './stopwatch.ts';

const ROUNDS = 15;

export const sandboxStart: Benchmark = {
  name: 'sandbox-start',
  figure: "from the start to the script's first line in namespaces of its own",
  unit: 'ms',
  limit: { atMost: 300 },
  async run() {
    const times: number[] = [];
    await mkdir(stateRoot(), { recursive: true, mode: 0o700 });
    for (let round = 0; round < ROUNDS; round += 1) times.push(await firstLineMs());
    return {
      value: median(times),
      parts: { fastest: ms(Math.min(...times)), slowest: ms(Math.max(...times)) },
    };
  },
};

async function firstLineMs(): Promise<number> {
  const env = processEnvironment();
  const folder = await mkdtemp(join(stateRoot(), 'bench-'));
  const startedAt = performance.now();
  let lineAt: number | undefined;
  try {
    await using place = await openPlace({ isolation: 'ns', folder, visible: [], env });
    if (place.notes.length > 0) throw new Error(place.notes.join(' '));
    const placed = place.place({
      command: ['sh', '-c', 'echo first'],
      cwd: '/',
      env,
      engineSocket: '/dev/null',
    });
    await runProcess(placed.file, placed.argv, {
      env: placed.env,
      onOutput: () => {
        lineAt ??= performance.now();
      },
    });
  } finally {
    await rm(folder, { recursive: true });
  }
  if (lineAt === undefined) throw new Error('the script said nothing');
  return lineAt - startedAt;
}
