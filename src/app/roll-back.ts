import { isDigest } from '../kernel/digest.ts';
import { rollBack } from '../ship/promote-by-hand.ts';
import type { RollbackWish } from '../ship/rollback-target.ts';
import type { AppHost } from './app-host.ts';
import { CommandError } from './errors.ts';
import { runByHand } from './hand-run.ts';
import { parseRemote, type MovedTags } from './promote-digest.ts';
import { openProof, proveNothing, type ProofRequest } from './proof-request.ts';

export interface RollbackRequest {
  /** `host/name:tag`. */
  readonly ref: string;
  /** A digest, or `-1`, `-2`, …: so many releases back. */
  readonly to: string;
  readonly proof: ProofRequest;
  readonly reason?: string | undefined;
  /** Without evidence, to a digest that was at the tag before. Needs a reason. */
  readonly isForced: boolean;
}

/** Moves a tag back to an earlier release, and holds it there. */
export async function rollBackTag(host: AppHost, request: RollbackRequest): Promise<MovedTags> {
  const { repository, tag, digest } = parseRemote(request.ref);
  if (tag === undefined || digest !== undefined)
    throw new CommandError(
      'OPTION_INVALID',
      `${request.ref} is no repository with one tag, such as registry.example/app:latest`,
    );
  if (request.isForced && (request.reason ?? '').trim() === '')
    throw new CommandError('OPTION_INVALID', '--force needs --reason', {
      hint: 'Say in one sentence why; it is kept in the history of the tag.',
    });
  const to = parseWish(request.to);
  const prove = (await openProof(host, request.proof)) ?? proveNothing;
  const promotion = await runByHand(
    host,
    { command: 'rollback', repository, prove, isSigned: true },
    async (work) =>
      await rollBack(work, { tag, to, reason: request.reason, isForced: request.isForced }),
  );
  return { repository, isDryRun: false, ...promotion };
}

function parseWish(text: string): RollbackWish {
  if (isDigest(text)) return { digest: text };
  const steps = /^-([1-9]\d{0,2})$/u.exec(text)?.[1];
  if (steps !== undefined) return { steps: Number(steps) };
  throw new CommandError(
    'OPTION_INVALID',
    `--to takes a digest, or -1 for the release before, not ${JSON.stringify(text)}`,
  );
}
