import type { EnginePullOptions } from '../contract.ts';
import { EngineError } from '../errors.ts';
import { followProgress } from './progress.ts';
import type { EngineLine } from './request.ts';

/** Without an answer for this long a pull is stuck. */
const DEADLINE_MS = 600_000;

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ImageCreate */
export async function pullImage(
  line: EngineLine,
  ref: string,
  { auth, signal }: EnginePullOptions,
): Promise<void> {
  const path = '/images/create';
  try {
    const answer = await line.stream({
      method: 'POST',
      path,
      // Without a tag the engine would pull all that there are.
      query: { fromImage: ref, ...(isPrecise(ref) ? {} : { tag: 'latest' }) },
      registryAuth: auth,
      signal,
      deadlineMs: DEADLINE_MS,
    });
    for await (const { failure } of followProgress(answer, `POST ${path}`)) {
      if (failure !== undefined) throw pullError(ref, failure);
    }
  } catch (error) {
    const answer = error instanceof EngineError ? error.details['answer'] : undefined;
    if (typeof answer !== 'string') throw error;
    throw pullError(ref, answer, error);
  }
}

function isPrecise(ref: string): boolean {
  return ref.includes('@') || /:[^/]+$/u.test(ref);
}

function pullError(ref: string, failure: string, cause?: unknown): EngineError {
  const isFull = /no space left on device/iu.test(failure);
  const code = isFull ? 'ENGINE_DISK_FULL' : 'ENGINE_PULL_FAILED';
  return new EngineError(code, `The engine could not pull ${ref}: ${failure}`, { cause });
}
