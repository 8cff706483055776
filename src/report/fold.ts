import type { PlannedStep, RunEvent } from '../kernel/run-events.ts';
import { appendOutput } from './output-tail.ts';
import type { RunView, StepView, Vertex } from './run-view.ts';

export const emptyRun: RunView = Object.freeze({ steps: [], notices: [] });

type StepEvent = Exclude<Extract<RunEvent, { step?: string | undefined }>, { type: 'notice' }>;

/** The view after one more event. Pure: the same events give the same view, in any process, at any time. */
export function fold(view: RunView, event: RunEvent): RunView {
  if (event.type === 'run.started') {
    const { runId, command, version, project, engine, provider, commit, at } = event;
    const run = { runId, command, version, project, engine, provider, commit };
    return { ...view, ...run, startedAt: at };
  }
  if (event.type === 'plan.made') return { ...view, steps: event.steps.map(toWaitingStep) };
  if (event.type === 'notice') {
    const notice = { step: event.step, message: event.message };
    return { ...view, notices: [...view.notices, notice] };
  }
  if (event.type === 'run.finished') {
    const { outcome, exitCode, durationMs, error } = event;
    return { ...view, end: { outcome, exitCode, durationMs, error } };
  }
  return foldIntoStep(view, event);
}

function foldIntoStep(view: RunView, event: StepEvent): RunView {
  const index = view.steps.findIndex(({ id }) => id === event.step);
  const step = view.steps[index];
  // A step that no plan announced is shown all the same.
  if (step === undefined) {
    const unplanned = toWaitingStep(describeUnplanned(event.step));
    return { ...view, steps: [...view.steps, foldStep(unplanned, event)] };
  }
  return { ...view, steps: view.steps.with(index, foldStep(step, event)) };
}

function foldStep(step: StepView, event: StepEvent): StepView {
  if (event.type === 'step.started') {
    return { ...step, state: 'running', startedAt: event.at, why: event.why, key: event.key };
  }
  if (event.type === 'build.vertex') {
    return { ...step, vertices: putVertex(step.vertices, event) };
  }
  if (event.type === 'step.output') return { ...step, output: appendOutput(step.output, event) };
  if (event.type === 'case.started') {
    const started = { id: event.id, startedAt: event.at };
    return { ...step, runningCases: [...step.runningCases, started] };
  }
  if (event.type === 'case.finished') {
    const runningCases = step.runningCases.filter(({ id }) => id !== event.case.id);
    return { ...step, cases: [...step.cases, event.case], runningCases };
  }
  if (event.type === 'step.finished') return finishStep(step, event);
  return { ...step, openEffects: putEffect(step.openEffects, event) };
}

function finishStep(step: StepView, event: Extract<RunEvent, { type: 'step.finished' }>): StepView {
  const { outcome, durationMs, reason, imageId, imageRef, imageClass, digest, error } = event;
  return {
    ...step,
    state: outcome,
    durationMs,
    reason,
    imageId,
    imageRef,
    imageClass,
    digest,
    error,
    refs: event.refs ?? [],
    moved: event.moved ?? [],
    cases: step.cases.length === 0 ? (event.cases ?? []) : step.cases,
    runningCases: [],
  };
}

function toWaitingStep(planned: PlannedStep): StepView {
  return {
    ...planned,
    state: 'waiting',
    refs: [],
    moved: [],
    cases: [],
    runningCases: [],
    vertices: [],
    output: [],
    openEffects: [],
  };
}

function describeUnplanned(id: string): PlannedStep {
  const [kind, image, suite] = id.split(':');
  return {
    id,
    kind: kind === 'build' || kind === 'ship' ? kind : 'test',
    image: image ?? id,
    platform: '',
    suite,
    needs: [],
  };
}

function putEffect(
  open: readonly string[],
  { type, effect }: Extract<RunEvent, { effect: string }>,
): readonly string[] {
  if (type === 'effect.intent') return [...open, effect];
  const index = open.indexOf(effect);
  return open.filter((_, each) => each !== index);
}

function putVertex(vertices: readonly Vertex[], event: Vertex): readonly Vertex[] {
  const { name, state, durationMs } = event;
  const index = vertices.findLastIndex((each) => each.name === name && each.state === 'started');
  const vertex = { name, state, durationMs };
  return index < 0 ? [...vertices, vertex] : vertices.with(index, vertex);
}
