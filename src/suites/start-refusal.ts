import { EngineError } from '../engine/errors.ts';

/** Why the engine would not create or start it. Absent when something else is wrong, a missing image for one. */
export function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof EngineError) || error.code !== 'ENGINE_REFUSED_REQUEST') return undefined;
  if (error.details['status'] === 404) return undefined;
  const { answer } = error.details;
  return (typeof answer === 'string' ? answer : error.message)
    .replace(/^.*OCI runtime create failed: (?:runc create failed: )?/u, '')
    .replace(/^unable to start container process: /u, '')
    .replace(/: unknown$/u, '');
}
