import type { Benchmark } from './benchmark.ts';
import { exampleFolder, runAndRead } from './rig/command.ts';
import { startEmbeddedRegistry } from './rig/registries.ts';
import { startedContainers } from './rig/started-containers.ts';
import { median, ms } from './stopwatch.ts';
import type { RunEvent } from '../src/kernel/run-events.ts';

const ROUNDS = 7;

export const noChange: Benchmark = {
  name: 'no-change',
  figure: '`seatrial ci` of the three-image example when nothing changed and everything is shipped',
  unit: 's',
  limit: { atMost: 1 },
  async run() {
    await using registry = await startEmbeddedRegistry();
    const place = { folder: exampleFolder, env: { SEATRIAL_REGISTRY: registry.host } };
    await runAndRead(['ci'], place);
    const wallMs: number[] = [];
    const ownMs: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const startedAt = performance.now();
      const events = await runAndRead(['ci'], place);
      wallMs.push(performance.now() - startedAt);
      ownMs.push(await assertNothingDone(events));
    }
    const wall = median(wallMs);
    return {
      value: wall / 1000,
      parts: {
        'whole process': ms(wall),
        fastest: ms(Math.min(...wallMs)),
        'from first to last event': ms(median(ownMs)),
      },
    };
  },
};

/** Throws unless every step was found done and the engine started no container for the run. Gives its time. */
async function assertNothingDone(events: readonly RunEvent[]): Promise<number> {
  const done = events.flatMap((event) =>
    event.type === 'step.finished' && event.outcome !== 'cached' ? [event.step] : [],
  );
  if (done.length > 0) throw new Error(`something changed meanwhile: ${done.join(', ')} was done`);
  const [first, last] = [events[0], events.at(-1)];
  if (first?.type !== 'run.started' || last?.type !== 'run.finished')
    throw new Error('the run has no beginning or no end');
  const started = await startedContainers(first.runId, { since: first.at, until: last.at });
  if (started !== 0) throw new Error(`${started} containers were started`);
  return last.durationMs;
}
