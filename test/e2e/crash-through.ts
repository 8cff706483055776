import { expect } from 'vitest';
import { endOf, expectHeld, type EndState } from './after-crash.ts';
import { runUntil, type CrashSite } from './crash-run.ts';

export interface Crashes {
  /** Records before and after which to kill, in the order in which a run writes them. */
  readonly records: readonly string[];
  /** How a run ends that nobody kills. */
  readonly undisturbed: EndState;
  /**
   * What gives the next run something to do anew, tried in this order: a run whose effect was done before the kill
   * does not announce it again.
   */
  readonly renewals: readonly (() => Promise<void>)[];
}

/**
 * Kills runs before and after each record, and looks at what must hold after each. A run that comes to its end
 * meanwhile, and one more at the end, must end as if nobody had killed any.
 */
export async function crashThrough(site: CrashSite, crashes: Crashes): Promise<void> {
  const { records, undisturbed } = crashes;
  expect(records.length).toBeGreaterThan(0);
  expect(new Set(records).size, 'each record has a name of its own').toBe(records.length);
  for (const point of records.flatMap((record) => [`${record}:before`, `${record}:after`])) {
    await crashAt(site, point, crashes);
  }
  expect(await endOf(site, await runUntil(site))).toEqual(undisturbed);
}

async function crashAt(
  site: CrashSite,
  point: string,
  { undisturbed, renewals }: Crashes,
): Promise<void> {
  let run = await runUntil(site, point);
  for (const renew of renewals) {
    if (run.exitCode === null) break;
    expect(await endOf(site, run), run.output).toEqual(undisturbed);
    await renew();
    run = await runUntil(site, point);
  }
  expect(run.exitCode, `no run came to ${point}: ${run.output}`).toBeNull();
  await expectHeld(site, run);
}
