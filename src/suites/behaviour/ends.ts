import { readySchema } from '../../config/schema.ts';
import { comeUp } from './come-up.ts';
import type { Lines } from './lines.ts';
import type { End } from './runs.ts';
import type { StartOutcome } from './start-outcome.ts';
import { exposedTcpPortsOf, type Subject } from './subject.ts';
import type { Trial } from './trial.ts';
import type { Different } from './yard.ts';

/** What a program prints on its own account is short; one that was only started prints for ever. */
const MOST_LOG_CHARS = 64 * 1024;

export interface ToEnd extends Pick<Different, 'command' | 'env'> {
  /** Short word for the name of the container. */
  readonly purpose: string;
  readonly withinMs: number;
  /** Whether one that serves is not waited for any longer. @default false */
  readonly isUpEnough?: boolean | undefined;
}

/** One container that is meant to end by itself, with all that it printed until then, or until its time was up. */
export async function startToEnd(
  { trial, yard }: Pick<Lines, 'trial' | 'yard'>,
  how: ToEnd,
): Promise<{ readonly end: End; readonly log: string }> {
  const { command, env } = how;
  const volumes = await yard.createVolumes();
  const containerId = await yard.createContainer(how.purpose, volumes, { command, env });
  const startedMs = trial.clock.monotonicMs();
  const outcome = await comeUp(withDeadline(trial, how.withinMs), containerId);
  const exitCode = await exitCodeOf(trial, containerId, { ...how, outcome });
  const durationMs = trial.clock.monotonicMs() - startedMs;
  const { containers } = trial.scope.engine;
  const log = await containers.logs(containerId, { mostChars: MOST_LOG_CHARS });
  yard.discard(containerId);
  if (outcome.state === 'refused') return { end: outcome, log };
  const end: End =
    exitCode === undefined ? { state: 'up', durationMs } : { state: 'ended', durationMs, exitCode };
  return { end, log };
}

/** Absent while it is up. */
async function exitCodeOf(
  trial: Trial,
  containerId: string,
  { outcome, withinMs, isUpEnough = false }: ToEnd & { readonly outcome: StartOutcome },
): Promise<number | undefined> {
  if (outcome.state === 'exited') return outcome.exitCode;
  if (outcome.state !== 'ready' || (isUpEnough && isServing(trial.subject))) return undefined;
  return await wait(trial, containerId, withinMs - outcome.durationMs);
}

/** Whoever is not told by a port or a health check is taken for ready because it is quiet: it may be thinking. */
function isServing(subject: Subject): boolean {
  const { profile, record } = subject.image;
  const health = record.config.healthcheck?.test[0] ?? 'NONE';
  if (profile.ready !== undefined) return profile.ready.exit === undefined;
  return health !== 'NONE' || exposedTcpPortsOf(subject).length > 0;
}

function withDeadline(trial: Trial, timeout: number): Trial {
  const { image } = trial.subject;
  const ready = { ...(image.profile.ready ?? readySchema.parse({})), timeout };
  const profile = { ...image.profile, ready };
  return { ...trial, subject: { ...trial.subject, image: { ...image, profile } } };
}

/** Absent when it is up until then. */
async function wait(
  { scope, signal }: Trial,
  containerId: string,
  leftMs: number,
): Promise<number | undefined> {
  const late = AbortSignal.timeout(Math.max(1, Math.round(leftMs)));
  try {
    return await scope.engine.containers.wait(containerId, AbortSignal.any([signal, late]));
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) return undefined;
    throw error;
  }
}
