import { buildImage, type BuildRequest, type BuiltImage } from '../build/build-image.ts';
import { BuildError } from '../build/errors.ts';
import { EngineError } from '../engine/errors.ts';
import type { Clock } from '../host/clock.ts';
import { messageOf } from '../kernel/errors.ts';

/** How long an engine may take to come back. */
const COMES_BACK_MS = 30_000;
const POLL_MS = 500;

/**
 * Builds; once more when the engine broke off in the middle and answers again soon. What it had built by then is
 * in its cache. A build that fails for its own reasons is not repeated.
 */
export async function buildOrRetry(
  request: BuildRequest,
  { clock, onNotice }: { readonly clock: Clock; readonly onNotice: (message: string) => void },
): Promise<BuiltImage> {
  try {
    return await buildImage(request);
  } catch (error) {
    if (!isInterruption(error) || !(await comesBack(request, clock))) throw error;
    onNotice(`${messageOf(error)}; it is back, and the build is tried once more`);
    return await buildImage(request);
  }
}

function isInterruption(error: unknown): boolean {
  if (error instanceof BuildError) return error.code === 'BUILD_INTERRUPTED';
  return error instanceof EngineError && error.code === 'ENGINE_GONE';
}

async function comesBack({ engine, tag, signal }: BuildRequest, clock: Clock): Promise<boolean> {
  const endsAtMs = clock.monotonicMs() + COMES_BACK_MS;
  while (clock.monotonicMs() < endsAtMs && !signal.aborted) {
    try {
      await engine.images.inspect(tag);
      return true;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      await clock.sleep(POLL_MS, signal);
    }
  }
  return false;
}
