import type { ImageConfig } from '../../engine/contract.ts';
import { isShell } from './processes.ts';
import { argvOf, exposedTcpPortsOf, isProfileGiven, type Subject } from './subject.ts';
import { renderSeconds } from './render.ts';
import { signalOfExitCode } from './signals.ts';
import type { Classification, ImageClass } from './image-class.ts';
import type { StartOutcome } from './start-outcome.ts';

/** An image that needs settings says so at once; one that ends later has broken. */
const NEEDS_CONFIG_WITHIN_MS = 30_000;

/** Exit codes of a shell, or of the engine, for a program that is not there or cannot be run. */
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

/** Decides from the first start of an image. Never called for an image without a command. */
export function classify(outcome: StartOutcome, subject: Subject): Classification {
  if (outcome.state === 'refused') return { imageClass: 'broken', because: outcome.because };
  if (outcome.state === 'timeout') return { imageClass: 'service', because: outcome.because };
  if (outcome.state === 'ready') {
    return subject.image.profile.ready?.exit === undefined
      ? { imageClass: 'service', because: outcome.because }
      : { imageClass: 'one-shot', because: outcome.because };
  }
  const because = `it ended with exit code ${outcome.exitCode} after ${renderSeconds(outcome.durationMs)}`;
  return outcome.exitCode === 0
    ? { imageClass: classOfSuccess(subject), because }
    : { imageClass: classOfFailure(outcome, subject), because };
}

/** An image that has nothing to start; absent when it has a command. */
export function classifyWithoutStart(subject: Subject): Classification | undefined {
  if (argvOf(subject.image).length > 0) return undefined;
  return { imageClass: 'library', because: 'it has neither ENTRYPOINT nor CMD' };
}

function classOfSuccess(subject: Subject): ImageClass {
  const { image } = subject;
  const isGiven = isProfileGiven(image.profile);
  if (!isGiven && isBareShell(image.record.config)) return 'shell';
  if (!isMeantToStay(subject)) return 'one-shot';
  return isGiven ? 'broken' : 'needs-config';
}

/** `CMD ["bash"]`: ends at once without a terminal. `sh -c '…'` and scripts do something first. */
function isBareShell({ entrypoint, command }: ImageConfig): boolean {
  const [program, ...flags] = command.length > 0 ? command : entrypoint;
  return isShell(program) && flags.every((flag) => /^-[li]+$/u.test(flag));
}

/** Whether something says that this image serves: a port, a health check, a probe, a state. */
function isMeantToStay(subject: Subject): boolean {
  const { profile, record } = subject.image;
  const health = record.config.healthcheck;
  return (
    profile.state !== undefined ||
    (profile.ready !== undefined && profile.ready.exit === undefined) ||
    exposedTcpPortsOf(subject).length > 0 ||
    (health !== undefined && health.test[0] !== 'NONE')
  );
}

function classOfFailure(
  outcome: Extract<StartOutcome, { state: 'exited' }>,
  subject: Subject,
): ImageClass {
  const isCrash =
    outcome.isOomKilled ||
    signalOfExitCode(outcome.exitCode) !== undefined ||
    outcome.exitCode === NOT_FOUND ||
    outcome.exitCode === NOT_EXECUTABLE;
  const isQuick = outcome.durationMs <= NEEDS_CONFIG_WITHIN_MS;
  return isProfileGiven(subject.image.profile) || isCrash || !isQuick ? 'broken' : 'needs-config';
}
