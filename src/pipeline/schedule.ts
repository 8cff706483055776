import type { PlannedStep, StepOutcome } from '../kernel/run-events.ts';

/** How one step ended, as far as the order of the others is concerned. */
export interface StepEnd {
  readonly outcome: StepOutcome;
}

export interface ScheduleOptions<End extends StepEnd> {
  /** Does one step. A rejection ends the whole schedule after the steps under way have ended. */
  readonly perform: (step: PlannedStep) => Promise<End>;
  /** Makes the end of a step that cannot be done, because of `cause`. */
  readonly withhold: (step: PlannedStep, cause: WithheldCause) => End;
  /** How many steps are under way at most. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
}

export type WithheldCause =
  | { readonly kind: 'need'; readonly need: PlannedStep; readonly outcome: StepOutcome }
  | { readonly kind: 'cancelled' };

/**
 * Does steps in the order of their needs, as many at once as allowed. A step whose need did not pass is
 * withheld; steps that do not depend on it go on. After an abort nothing new is begun.
 */
export async function schedule<End extends StepEnd>(
  steps: readonly PlannedStep[],
  options: ScheduleOptions<End>,
): Promise<ReadonlyMap<string, End>> {
  const ends = new Map<string, End>();
  const underWay = new Map<string, Promise<void>>();
  const byId = new Map(steps.map((step) => [step.id, step]));
  const isWaiting = (step: PlannedStep): boolean => !ends.has(step.id) && !underWay.has(step.id);

  const begin = (step: PlannedStep): void => {
    const work = options
      .perform(step)
      .then((end) => void ends.set(step.id, end))
      .finally(() => underWay.delete(step.id));
    underWay.set(step.id, work);
    // A rejection is met by the race below; this keeps it from being reported as unhandled before.
    work.catch(() => undefined);
  };

  const withholdBlocked = (): void => {
    for (const step of steps.filter(isWaiting)) {
      const cause = options.signal.aborted
        ? ({ kind: 'cancelled' } as const)
        : blockedBy(step, byId, ends);
      if (cause !== undefined) ends.set(step.id, options.withhold(step, cause));
    }
  };

  for (;;) {
    withholdBlocked();
    for (const step of steps.filter(isWaiting)) {
      if (underWay.size >= options.concurrency) break;
      if (step.needs.every((need) => ends.has(need))) begin(step);
    }
    if (underWay.size === 0) return ends;
    try {
      await Promise.race(underWay.values());
    } catch (error) {
      await Promise.allSettled(underWay.values());
      throw error;
    }
  }
}

/** Steps are in order, so a withheld need is already in `ends` when its dependants are looked at. */
function blockedBy(
  step: PlannedStep,
  byId: ReadonlyMap<string, PlannedStep>,
  ends: ReadonlyMap<string, StepEnd>,
): WithheldCause | undefined {
  for (const id of step.needs) {
    const need = byId.get(id);
    const end = ends.get(id);
    if (need !== undefined && end !== undefined && !isPassed(end.outcome))
      return { kind: 'need', need, outcome: end.outcome };
  }
  return undefined;
}

/** Whether steps that need this one may go on. */
export function isPassed(outcome: StepOutcome): boolean {
  return outcome === 'passed' || outcome === 'cached';
}
