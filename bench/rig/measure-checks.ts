import type { RunEvent } from '../../src/kernel/run-events.ts';
import type { Measurement } from '../benchmark.ts';
import { median } from '../stopwatch.ts';
import { endOfStep, runAndRead, type CommandPlace } from './command.ts';

const ROUNDS = 3;

export interface MeasuredChecks extends Pick<Measurement, 'parts'> {
  readonly wholeMs: number;
  readonly slowestMs: number;
}

/** Medians of several runs in which nothing is remembered but the build. */
export async function measureChecks(place: CommandPlace, image: string): Promise<MeasuredChecks> {
  await runAndRead(['build', image], place);
  const wholes: number[] = [];
  const slowest: { readonly id: string; readonly durationMs: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const events = await runAndRead(['test', image, '--no-cache'], place);
    wholes.push(endOfStep(events, `test:${image}:behaviour`).durationMs);
    slowest.push(slowestCase(events));
  }
  const wholeMs = median(wholes);
  const slowestMs = median(slowest.map(({ durationMs }) => durationMs));
  return {
    wholeMs,
    slowestMs,
    parts: {
      whole: seconds(wholeMs),
      'slowest check': `${slowest[0]?.id ?? 'none'}, ${seconds(slowestMs)}`,
    },
  };
}

function slowestCase(events: readonly RunEvent[]): {
  readonly id: string;
  readonly durationMs: number;
} {
  const cases = events.flatMap((event) => (event.type === 'case.finished' ? [event.case] : []));
  const [first] = cases.toSorted((a, b) => b.durationMs - a.durationMs);
  return { id: first?.id ?? 'none', durationMs: first?.durationMs ?? 0 };
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
