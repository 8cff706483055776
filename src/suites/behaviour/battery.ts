import { runCanaryLine } from './canary-line.ts';
import { runCrashLine } from './crash-line.ts';
import { runFirstLine } from './first-line.ts';
import { runFlagsLine } from './flags-line.ts';
import { runHealthLine } from './health-line.ts';
import type { Battery, Lines } from './lines.ts';
import { runOrphanLine } from './orphan-line.ts';
import { runOtherHostLine } from './other-host-line.ts';
import { runOverrideLine } from './override-line.ts';
import { runRefusalsLine } from './refusals-line.ts';
import { runUpgradeLine } from './upgrade-line.ts';
import { runSeparateLine } from './separate-line.ts';
import { runEarlyStop, runVariantLine } from './variant-line.ts';
import { variants } from './variants.ts';
import { startYard } from './yard.ts';
import type { ReadyRun, RunId } from './runs.ts';

/**
 * Runs the containers of a plan and has each check judged as soon as its facts are there: one line of starts
 * for the first container and its successor, and one beside it; then those that are started differently.
 * Containers are gone when it returns.
 * @throws the reason of the signal, when that aborts; what fails on the engine makes cases `lost` instead.
 */
export async function runBattery(battery: Battery): Promise<void> {
  const first = Promise.withResolvers<ReadyRun | undefined>();
  const lines: Lines = { ...battery, yard: startYard(battery.trial), firstReady: first.promise };
  const main = async (): Promise<void> => {
    try {
      await guarded(lines, FIRST_LINE, () => runFirstLine(lines, first.resolve));
    } finally {
      first.resolve(undefined);
    }
  };
  const separate = (): Promise<void> =>
    battery.plan.separate.length === 0
      ? Promise.resolve()
      : guarded(lines, SEPARATE_LINE, () => runSeparateLine(lines));
  try {
    if (battery.concurrency > 1) await Promise.all([main(), separate()]);
    else {
      await main();
      await lines.yard.vacate();
      await separate();
    }
    await runOthers(lines);
  } finally {
    await lines.yard.clear();
  }
}

/** What needs nothing of the first container but that it came up. */
async function runOthers(lines: Lines): Promise<void> {
  const { ledger, yard } = lines;
  for (const [need, run] of UNREADY) {
    if (!ledger.isOpen(need)) continue;
    await yard.vacate();
    await guarded(lines, [need], () => run(lines));
  }
  const first = await lines.firstReady;
  // Without a first one that came up, the others have been judged with it.
  if (first === undefined) return;
  const asked = VARIANTS.filter((id) => ledger.isOpen(id));
  if (asked.length > 0) {
    await yard.vacate();
    await guarded(lines, asked, () => runVariantLine(lines, asked, first));
  }
  for (const [need, run] of LATER) {
    if (!ledger.isOpen(need)) continue;
    await yard.vacate();
    await guarded(lines, [need], () => run(lines, first));
  }
}

/** What an image that only does its work and ends can be asked for, too. */
const UNREADY: readonly (readonly [RunId, (lines: Lines) => Promise<void>])[] = [
  ['override', runOverrideLine],
  ['flags', runFlagsLine],
  ['refusals', runRefusalsLine],
];

/** Containers that are not only started. */
const LATER: readonly (readonly [RunId, (lines: Lines, first: ReadyRun) => Promise<void>])[] = [
  ['upgrade', runUpgradeLine],
  ['early-stop', runEarlyStop],
  ['health', runHealthLine],
  ['canary', runCanaryLine],
  ['orphan', runOrphanLine],
  ['crash', runCrashLine],
  ['other-host', runOtherHostLine],
];

const VARIANTS = objectKeys(variants);

function objectKeys<Key extends string>(record: Readonly<Record<Key, unknown>>): readonly Key[] {
  return Object.keys(record).filter((key): key is Key => key in record);
}

/** What an image is decides whether it can be asked for something else: that too stands on the first line. */
const FIRST_LINE: readonly RunId[] = [
  'start',
  'ready',
  'stop',
  'replacement',
  'kill',
  ...UNREADY.map(([need]) => need),
  ...LATER.map(([need]) => need),
  ...VARIANTS,
];
const SEPARATE_LINE: readonly RunId[] = ['separate'];

/** A failing engine loses the checks of its line and leaves the other line alone. */
async function guarded(
  { ledger, plan, trial }: Lines,
  line: readonly RunId[],
  run: () => Promise<void>,
): Promise<void> {
  const hasRestart = plan.separate.includes('restart') === (line === SEPARATE_LINE);
  try {
    await run();
  } catch (error) {
    trial.signal.throwIfAborted();
    for (const needs of hasRestart ? [...line, 'restart' as const] : line)
      ledger.lose(error, needs);
  }
}
