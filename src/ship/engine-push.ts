import type { EngineImages, EnginePush, ImageRecord } from '../engine/contract.ts';
import { EngineError } from '../engine/errors.ts';
import type { Clock } from '../host/clock.ts';
import type { Digest } from '../kernel/digest.ts';
import { messageOf } from '../kernel/errors.ts';
import type { Repository } from '../registry/contract.ts';
import type { Secret } from '../kernel/secret.ts';
import { candidateTag } from '../kernel/reserved-tags.ts';

export interface EnginePushOptions {
  readonly images: Pick<EngineImages, 'tag' | 'push' | 'remove'>;
  readonly image: Pick<ImageRecord, 'id'>;
  readonly repository: Repository;
  /** Content of the header `X-Registry-Auth`. */
  readonly auth: Secret;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly signal: AbortSignal;
  readonly onNotice: (message: string) => void;
}

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 1000;
/** For one attempt: an engine that stops talking would be waited for without end. */
const ATTEMPT_MS = 30 * 60_000;

/**
 * What trying again does not cure. Engines give words, not codes: these are Docker's, containerd's and podman's for
 * a login, a right, a name or a certificate that is not accepted.
 */
const FINAL =
  /denied|unauthorized|authentication required|no basic auth|forbidden|name unknown|invalid reference|x509|HTTP response to HTTPS client/iu;

/**
 * Lets the engine push the image, and leaves no tag on the engine. Resolves with what the engine says the registry
 * has: nothing is checked here.
 * @throws {EngineError} ENGINE_PUSH_FAILED when trying again did not help, or cannot
 */
export async function pushByEngine(options: EnginePushOptions): Promise<Digest> {
  const { images, image, repository, clock, signal, onNotice } = options;
  const tag = candidateTag(image.id);
  const name = repository.address.repository;
  try {
    for (let attempt = 1; ; attempt += 1) {
      // Inside the loop: another run of the same image may just have removed it.
      await images.tag(image.id, name, tag);
      try {
        return await pushOnce(options, { repository: name, tag, auth: options.auth });
      } catch (error) {
        if (signal.aborted || attempt === ATTEMPTS || isFinal(error)) throw error;
        onNotice(`${messageOf(error)}; it is tried once more`);
        await clock.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), signal);
      }
    }
  } finally {
    await images.remove(`${name}:${tag}`).catch((error: unknown) => {
      onNotice(`the tag ${name}:${tag} stays on the engine: ${messageOf(error)}`);
    });
  }
}

async function pushOnce(
  { images, signal }: EnginePushOptions,
  pushed: EnginePush,
): Promise<Digest> {
  const deadline = AbortSignal.timeout(ATTEMPT_MS);
  try {
    return await images.push(pushed, AbortSignal.any([signal, deadline]));
  } catch (error) {
    if (signal.aborted || !deadline.aborted) throw error;
    throw new EngineError(
      'ENGINE_PUSH_FAILED',
      `The engine did not push ${pushed.repository}:${pushed.tag} within ${String(ATTEMPT_MS / 60_000)} minutes`,
      { cause: error },
    );
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof EngineError && FINAL.test(String(error.details['answer']));
}
