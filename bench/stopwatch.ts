/** Median times by the name of the work. */
export interface Medians {
  of(name: string): number;
}

/**
 * Times several pieces of work in turns: what else the machine does then hits all of them alike, and their
 * ratio stays meaningful where the absolute times do not. Milliseconds.
 */
export async function mediansMs(
  rounds: number,
  work: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<Medians> {
  const timesMs = new Map<string, number[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(work)) {
      const startedAt = performance.now();
      await run();
      timesMs.set(name, [...(timesMs.get(name) ?? []), performance.now() - startedAt]);
    }
  }
  return { of: (name) => median(timesMs.get(name) ?? []) };
}

/** The middle value; of an even number of values the higher of the two in the middle. */
export function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  if (middle === undefined) throw new Error('no value was measured');
  return middle;
}

export function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
