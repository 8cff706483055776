import { readySchema } from '../../config/schema.ts';
import { comeUp } from './come-up.ts';
import type { Lines } from './lines.ts';
import type { StartOutcome } from './start-outcome.ts';
import type { Different } from './yard.ts';

/** What a program prints on its own account is short; one that was only started prints for ever. */
const MOST_LOG_CHARS = 64 * 1024;

/** One container that is meant to end by itself, with all that it printed until then, or until its time was up. */
export async function startToEnd(
  { trial, yard }: Pick<Lines, 'trial' | 'yard'>,
  how: Pick<Different, 'command' | 'env'> & {
    /** Short word for the name of the container. */
    readonly purpose: string;
    readonly withinMs: number;
  },
): Promise<{ readonly outcome: StartOutcome; readonly log: string }> {
  const { purpose, withinMs, ...different } = how;
  const containerId = await yard.createContainer(purpose, await yard.createVolumes(), different);
  const { image } = trial.subject;
  const ready = { ...readySchema.parse({ exit: 0 }), timeout: withinMs };
  const subject = { ...trial.subject, image: { ...image, profile: { ...image.profile, ready } } };
  const outcome = await comeUp({ ...trial, subject }, containerId);
  const log = await trial.scope.engine.containers.logs(containerId, { mostChars: MOST_LOG_CHARS });
  yard.discard(containerId);
  return { outcome, log };
}
