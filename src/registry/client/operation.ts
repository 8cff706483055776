import type { Clock } from '../../host/clock.ts';
import type { RegistryLimits } from '../contract.ts';
import { RegistryError } from '../errors.ts';

/** One call of a method of `Repository`: one deadline, and one budget for all waiting and trying again. */
export interface Operation {
  /** What is being done, for messages: `put manifest`. */
  readonly title: string;
  readonly signal: AbortSignal;
  /** Milliseconds of `Retry-After` still allowed. */
  retryAfterLeftMs: number;
  /**
   * Waits `ms`.
   * @throws {RegistryError} REGISTRY_TIMED_OUT, REGISTRY_CANCELLED
   */
  pause(ms: number): Promise<void>;
  /** The reason why `signal` aborted; absent while it did not. */
  interruption(): RegistryError | undefined;
}

export interface OperationContext {
  readonly limits: RegistryLimits;
  readonly clock: Clock;
  /** Aborts when the caller cancels or the repository is closed. */
  readonly signal: AbortSignal;
  /** `host/name`, for messages. */
  readonly repository: string;
}

export async function runOperation<Result>(
  context: OperationContext,
  title: string,
  work: (operation: Operation) => Promise<Result>,
): Promise<Result> {
  const deadline = AbortSignal.timeout(context.limits.deadlineMs);
  const operation = createOperation(context, title, deadline);
  try {
    const interruption = operation.interruption();
    if (interruption !== undefined) throw interruption;
    return await work(operation);
  } catch (error) {
    if (error instanceof RegistryError) throw error;
    throw operation.interruption() ?? error;
  }
}

function createOperation(
  context: OperationContext,
  title: string,
  deadline: AbortSignal,
): Operation {
  const signal = AbortSignal.any([context.signal, deadline]);
  const interruption = (): RegistryError | undefined => {
    const what = `Cannot ${title} at ${context.repository}`;
    if (context.signal.aborted) {
      return new RegistryError('REGISTRY_CANCELLED', `${what}: cancelled`, {
        cause: context.signal.reason,
      });
    }
    if (!deadline.aborted) return undefined;
    return new RegistryError(
      'REGISTRY_TIMED_OUT',
      `${what}: not done after ${context.limits.deadlineMs} ms`,
    );
  };
  return {
    title,
    signal,
    retryAfterLeftMs: context.limits.retryAfterMs,
    interruption,
    pause: async (ms) => {
      try {
        await context.clock.sleep(ms, signal);
      } catch (error) {
        throw interruption() ?? error;
      }
    },
  };
}
