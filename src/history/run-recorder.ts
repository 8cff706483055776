import type { PlannedStep, RunEvent } from '../kernel/run-events.ts';
import type { EventListener } from './event-log.ts';
import type { FinishedRun, History, RunTime } from './results.ts';

export interface RunRecorder {
  /** For the listeners of the event log. Collects; writes nothing yet. */
  readonly onEvent: EventListener;
  /** Records the run and its steps in one transaction; nothing when the run did not finish. */
  save(): Promise<void>;
}

type StepInputs = FinishedRun['steps'][number]['inputs'];

/** Turns the events of a run into its times and inputs in the history. */
export function createRunRecorder(history: Pick<History, 'recordRun'>): RunRecorder {
  const planned = new Map<string, PlannedStep>();
  const started = new Map<string, { readonly at: string; readonly inputs: StepInputs }>();
  const steps: FinishedRun['steps'][number][] = [];
  let begun: Omit<RunTime, 'outcome' | 'durationMs'> | undefined;
  let run: RunTime | undefined;

  const finishStep = (event: Extract<RunEvent, { type: 'step.finished' }>): void => {
    const step = planned.get(event.step);
    const start = started.get(event.step);
    if (step === undefined || begun === undefined) return;
    steps.push({
      runId: begun.runId,
      step: event.step,
      kind: step.kind,
      image: step.image,
      startedAt: start?.at ?? event.at,
      durationMs: event.durationMs,
      outcome: event.outcome,
      inputs: start?.inputs,
    });
  };

  const onEvent: EventListener = (event) => {
    if (event.type === 'run.started') {
      const { runId, command, commit } = event;
      begun = { runId, startedAt: event.at, command, commit };
    } else if (event.type === 'plan.made') {
      for (const step of event.steps) planned.set(step.id, step);
    } else if (event.type === 'step.started') {
      started.set(event.step, { at: event.at, inputs: event.inputs });
    } else if (event.type === 'step.finished') {
      finishStep(event);
    } else if (event.type === 'run.finished' && begun !== undefined) {
      run = { ...begun, outcome: event.outcome, durationMs: event.durationMs };
    }
  };

  return {
    onEvent,
    save: async () => {
      if (run !== undefined) await history.recordRun({ run, steps });
    },
  };
}
