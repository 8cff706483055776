import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageCommand, packageCompileCache } from '../../scripts/local-package.ts';
import { readEvents } from '../../src/history/read-events.ts';
import { listRuns } from '../../src/history/runs.ts';
import { systemClock } from '../../src/host/clock.ts';
import type { EventOf, RunEvent } from '../../src/kernel/run-events.ts';

const execute = promisify(execFile);

const root = join(import.meta.dirname, '..', '..');
/** The command as it is published, which is how people have it. */
export const seatrialCommand = packageCommand;
export const exampleFolder = join(root, 'examples', 'dynamodb');

export interface CommandPlace {
  /** Absolute. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Runs `seatrial` to its end. Throws, with what it printed, when it says no. */
async function runSeatrial(argv: readonly string[], place: CommandPlace): Promise<void> {
  await execute(seatrialCommand, [...argv], {
    cwd: place.folder,
    env: {
      ...withoutCi(process.env),
      NO_COLOR: '1',
      NODE_COMPILE_CACHE: packageCompileCache,
      ...place.env,
    },
    maxBuffer: 64 * 1024 ** 2,
  });
}

/** Runs `seatrial` and reads what the run told. */
export async function runAndRead(
  argv: readonly string[],
  place: CommandPlace,
): Promise<readonly RunEvent[]> {
  const runs = join(place.folder, '.seatrial', 'runs');
  const before = new Set(await readdir(runs).catch(() => []));
  await runSeatrial(argv, place);
  const state = { folder: join(place.folder, '.seatrial'), clock: systemClock };
  const run = (await listRuns(state)).find(({ id }) => !before.has(id));
  if (run === undefined) throw new Error(`seatrial ${argv.join(' ')} left no run behind`);
  return await Array.fromAsync(readEvents(run.eventsPath));
}

/** How a step of that run ended. */
export function endOfStep(events: readonly RunEvent[], step: string): EventOf<'step.finished'> {
  for (const event of events) {
    if (event.type === 'step.finished' && event.step === step) return event;
  }
  throw new Error(`the run has no step ${step}`);
}

/** Where the benchmark itself runs must not change what is measured. */
function withoutCi(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(?:CI|BUILD_NUM|GITHUB_|CIRCLE|SEATRIAL_)/u.test(name),
    ),
  );
}
