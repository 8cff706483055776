import type { RunId } from './runs.ts';

/** What happens to the first container, in order, after it came up. `stop-again` is for no check. */
export type MainStep = 'stop' | 'restart' | 'stop-again' | 'replacement' | 'kill';

/** The fewest starts that give every check its run. */
export interface RunPlan {
  readonly main: readonly MainStep[];
  /** What happens to a second container beside the first; empty when none is needed. */
  readonly separate: readonly ('separate' | 'restart')[];
  readonly isStateWritten: boolean;
}

/**
 * Plans the runs for what the checks need. A container that is needed beside the first anyway also takes the
 * restart, which keeps the first line short; without one a restart costs no container of its own. Killing
 * comes last, or, when nothing else brings the container back up, before the stop.
 */
export function planRuns(needs: ReadonlySet<RunId>, hasState: boolean): RunPlan {
  const isSeparate = needs.has('separate');
  const separate: RunPlan['separate'] = needs.has('restart')
    ? ['separate', 'restart']
    : ['separate'];
  return {
    main: planMain(needs, needs.has('restart') && !isSeparate),
    separate: isSeparate ? separate : [],
    isStateWritten: hasState && STATEFUL.some((need) => needs.has(need)),
  };
}

/** Runs that judge what was written. */
const STATEFUL: readonly RunId[] = ['ready', 'replacement', 'separate', 'kill'];

function planMain(needs: ReadonlySet<RunId>, isRestarted: boolean): readonly MainStep[] {
  const isReplaced = needs.has('replacement');
  const kill: readonly MainStep[] = needs.has('kill') ? ['kill'] : [];
  if (!isReplaced && !isRestarted) return needs.has('stop') ? [...kill, 'stop'] : kill;
  if (!isReplaced) return ['stop', 'restart', ...kill];
  if (!isRestarted) return ['stop', 'replacement', ...kill];
  return ['stop', 'restart', 'stop-again', 'replacement', ...kill];
}

/** How many times a container is started, the longest line of starts, and how many containers run at once. */
export function countStarts(plan: RunPlan): {
  readonly all: number;
  readonly critical: number;
  readonly together: number;
} {
  const main = 1 + plan.main.filter((step) => step !== 'stop' && step !== 'stop-again').length;
  const separate = plan.separate.length;
  return {
    all: main + separate,
    critical: Math.max(main, separate),
    together: separate > 0 ? 2 : 1,
  };
}
