import { AppError, exitCodes, messageOf, type ExitCode } from '../kernel/errors.ts';
import type { EventOf, PlannedStep } from '../kernel/run-events.ts';
import { exitCodeOf, toErrorPicture } from '../report/render-error.ts';
import { buildStep } from './build-step.ts';
import { PipelineError } from './errors.ts';
import { builtImageOf, builtParentsOf } from './built-images.ts';
import { isUntested, untestedReason } from './platforms.ts';
import { imageOf } from './project-image.ts';
import type { ProjectImage } from './project.ts';
import type { RunContext, StepResult } from './run-context.ts';
import { schedule, type WithheldCause } from './schedule.ts';
import { promoteShipments, type ReadyShipment } from './promote-shipments.ts';
import { prepareShip } from './ship-step.ts';
import type { BuiltImage } from './built-image.ts';
import { performTest } from './test-step.ts';

export interface RunEnd {
  readonly outcome: EventOf<'run.finished'>['outcome'];
  readonly exitCode: ExitCode;
  readonly results: ReadonlyMap<string, StepResult>;
  /** What was thrown and is a bug of ours; absent otherwise. */
  readonly bug?: Error | undefined;
}

/** Does the steps of a plan and tells everything as events. Throws for nothing that a step does. */
export async function runPlan(steps: readonly PlannedStep[], context: RunContext): Promise<RunEnd> {
  context.emit({ type: 'plan.made', steps: steps.map((step) => ({ ...step })) });
  const results = new Map<string, StepResult>();
  const thrown = new Map<string, unknown>();
  const startedAtMs = new Map<string, number>();
  const ready: ReadyShipment[] = [];
  /** Ship steps that did not come so far; one that its own rules skip is none of them. */
  const unready: PlannedStep[] = [];

  const finish = (step: PlannedStep, result: StepResult, startedMs: number): StepResult => {
    results.set(step.id, result);
    context.emit({
      type: 'step.finished',
      step: step.id,
      durationMs: Math.round(context.clock.monotonicMs() - startedMs),
      ...result,
    });
    return result;
  };

  await schedule(steps, {
    concurrency: Math.max(2, context.engine.info.cpus),
    signal: context.signal,
    perform: async (step) => {
      const startedMs = context.clock.monotonicMs();
      startedAtMs.set(step.id, startedMs);
      try {
        const end = await performStep(step, context, results);
        if ('outcome' in end) return finish(step, end, startedMs);
        ready.push(end);
        // No step needs a ship step: how it ends is known when all of them are ready.
        return { outcome: 'passed' };
      } catch (error) {
        thrown.set(step.id, error);
        if (step.kind === 'ship') unready.push(step);
        return finish(step, resultOfThrown(error, context.signal), startedMs);
      }
    },
    withhold: (step, cause) => {
      if (step.kind === 'ship') unready.push(step);
      return finish(step, resultOfWithheld(cause), context.clock.monotonicMs());
    },
  });
  if (ready.length > 0 && context.signer === undefined)
    context.emit({
      type: 'notice',
      message:
        'the evidence is unsigned, and stays with this run: nobody else can verify what was tested; `seatrial keys generate` makes a key',
    });
  const inOrder = steps.flatMap((step) => ready.filter((each) => each.step === step));
  const promoted = await promoteShipments(inOrder, context, {
    unready,
    resultOfThrown: (step, error) => {
      thrown.set(step.id, error);
      return resultOfThrown(error, context.signal);
    },
  });
  for (const [step, result] of promoted)
    finish(step, result, startedAtMs.get(step.id) ?? context.clock.monotonicMs());
  return endOf(results, thrown, context.signal);
}

async function performStep(
  step: PlannedStep,
  context: RunContext,
  results: ReadonlyMap<string, StepResult>,
): Promise<StepResult | ReadyShipment> {
  const image = imageOf(step, context.project);
  switch (step.kind) {
    case 'build':
      return await buildStep(step, context, results);
    case 'test':
      return isUntested(image, step.platform)
        ? { outcome: 'skipped', reason: untestedReason(step.platform) }
        : await performTest(step, context, {
            ...builtImage(step, image, results),
            parents: builtParentsOf(image, step.platform, { project: context.project, results }),
          });
    case 'ship':
      return await prepareShip(step, context, results);
  }
}

function builtImage(
  step: PlannedStep,
  image: ProjectImage,
  results: ReadonlyMap<string, StepResult>,
): BuiltImage {
  const built = builtImageOf(image, step.platform, results);
  if (built !== undefined) return built;
  throw new PipelineError('STEP_UNKNOWN', `${step.id} has no image to work on`);
}

function resultOfThrown(error: unknown, signal: AbortSignal): StepResult {
  if (signal.aborted) return { outcome: 'cancelled', reason: 'cancelled' };
  const reason = firstLine(messageOf(error));
  return {
    outcome: isRefusal(exitCodeOf(error)) ? 'failed' : 'lost',
    reason: isBug(error) ? `a bug of Seatrial: ${reason}` : reason,
    error: toErrorPicture(error),
  };
}

/** A refusal says no to the image; anything else leaves open whether it is good. */
function isRefusal(exitCode: ExitCode): boolean {
  return exitCode === exitCodes.refused || exitCode === exitCodes.usage;
}

function resultOfWithheld(cause: WithheldCause): StepResult {
  if (cause.kind === 'cancelled') return { outcome: 'cancelled', reason: 'cancelled' };
  const ended = { skipped: 'was skipped', lost: 'got lost' }[cause.outcome as string];
  return { outcome: 'skipped', reason: `needs ${cause.need.id}, which ${ended ?? cause.outcome}` };
}

/** A bug outweighs a refusal, a refusal outweighs a broken environment, which outweighs a cancellation. */
function endOf(
  results: ReadonlyMap<string, StepResult>,
  thrown: ReadonlyMap<string, unknown>,
  signal: AbortSignal,
): RunEnd {
  const outcomes = new Set([...results.values()].map(({ outcome }) => outcome));
  const bug = signal.aborted ? undefined : [...thrown.values()].find(isBug);
  if (signal.aborted || outcomes.has('cancelled'))
    return { outcome: 'cancelled', exitCode: exitCodes.cancelled, results };
  if (bug !== undefined) return { outcome: 'lost', exitCode: exitCodes.bug, results, bug };
  if (outcomes.has('failed'))
    return { outcome: 'failed', exitCode: exitOf(thrown) ?? exitCodes.refused, results };
  if (outcomes.has('lost')) return { outcome: 'lost', exitCode: exitCodes.environment, results };
  return { outcome: 'passed', exitCode: exitCodes.passed, results };
}

function isBug(error: unknown): error is Error {
  return error instanceof Error && !(error instanceof AppError);
}

/** Only usage errors: the process then says so, rather than that the image was refused. */
function exitOf(thrown: ReadonlyMap<string, unknown>): ExitCode | undefined {
  const codes = [...thrown.values()].map(exitCodeOf);
  return codes.length > 0 && codes.every((code) => code === exitCodes.usage)
    ? exitCodes.usage
    : undefined;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
