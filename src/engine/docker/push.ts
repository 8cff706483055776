import type { Digest } from '../../kernel/digest.ts';
import type { EnginePush } from '../contract.ts';
import { EngineError } from '../errors.ts';
import { segment } from './answers.ts';
import { followProgress } from './progress.ts';
import type { EngineLine } from './request.ts';
import { pushResultSchema } from './wire.ts';

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ImagePush */
export async function pushTag(
  line: EngineLine,
  { repository, tag, auth }: EnginePush,
  signal: AbortSignal | undefined,
): Promise<Digest> {
  const what = `${repository}:${tag}`;
  const answer = await line.stream({
    method: 'POST',
    // Slashes are part of the path here: the API takes the name as it is.
    path: `/images/${repository.split('/').map(segment).join('/')}/push`,
    query: { tag },
    registryAuth: auth,
    signal,
  });
  let digest: Digest | undefined;
  for await (const { value, failure } of followProgress(answer, 'POST /images/push')) {
    if (failure !== undefined) throw pushError(what, failure);
    const result = pushResultSchema.safeParse(value);
    if (result.success && result.data.aux.Tag === tag) digest = result.data.aux.Digest;
  }
  if (digest !== undefined) return digest;
  throw pushError(what, 'it named no digest');
}

function pushError(what: string, failure: string): EngineError {
  return new EngineError('ENGINE_PUSH_FAILED', `The engine could not push ${what}: ${failure}`, {
    details: { answer: failure },
  });
}
