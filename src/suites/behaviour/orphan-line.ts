import type { Lines } from './lines.ts';
import type { ReadyRun } from './runs.ts';
import type { OrphanTrial } from './orphan-outcome.ts';
import {
  descendantsOf,
  openProcessView,
  type ProcessView,
  type ViewedProcess,
} from './process-view.ts';
import type { Trial } from './trial.ts';
import { startIn } from './variant-line.ts';

/** A container of its own, in which a process loses its parent: some programs end when they get one that they do not know. */
export async function runOrphanLine(lines: Lines, first: ReadyRun): Promise<void> {
  const { trial, ledger } = lines;
  ledger.begin('orphan');
  const found = await startIn(
    lines,
    { purpose: 'orphan', firstStartMs: first.outcome.durationMs },
    async (outcome, containerId): Promise<OrphanTrial> =>
      outcome.state === 'ready'
        ? await tryOrphan(trial, containerId)
        : { state: 'not-up', outcome },
  );
  await ledger.judge('orphan', found);
}

async function tryOrphan(trial: Trial, containerId: string): Promise<OrphanTrial> {
  const view = await openProcessView(trial, containerId);
  if (view === undefined)
    return { state: 'unseen', why: 'there is no static busybox on this machine to look with' };
  try {
    return await watchOrphan(trial, view);
  } finally {
    await view[Symbol.asyncDispose]();
  }
}

/** The shell ends at once and leaves its child, whose number it prints, to whoever takes orphans in. */
const ORPHAN = 'sleep 0.2 > /dev/null 2>&1 < /dev/null & echo $!';
/** Long enough for whoever reaps now and then. */
const LONGEST_MS = 3000;
const PAUSE_MS = 100;

async function watchOrphan({ clock, signal }: Trial, view: ProcessView): Promise<OrphanTrial> {
  const before = await view.read();
  const first = before.find(({ pid }) => pid === 1)?.name ?? '';
  const others = descendantsOf(before, 1).length;
  const orphan = Number(await view.run(ORPHAN));
  const startedMs = clock.monotonicMs();
  for (;;) {
    const processes = await view.read();
    if (!processes.some(({ pid }) => pid === 1))
      return { state: 'unseen', why: 'the container ended meanwhile' };
    const found = processes.find(({ pid }) => pid === orphan);
    if (found === undefined) return { state: 'reaped', first, others };
    if (clock.monotonicMs() - startedMs > LONGEST_MS) return judgeLeft(found, { first, others });
    await clock.sleep(PAUSE_MS, signal);
  }
}

function judgeLeft(
  { state, parentPid }: ViewedProcess,
  about: { readonly first: string; readonly others: number },
): OrphanTrial {
  if (state === 'Z' && parentPid === 1) return { state: 'left', ...about };
  return { state: 'unseen', why: 'the orphan did not come to PID 1' };
}
