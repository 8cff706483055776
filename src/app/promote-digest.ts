import { isDigest, shortDigest } from '../kernel/digest.ts';
import { isTag, parseReference, renderRepository } from '../kernel/image-reference.ts';
import { isReservedTag } from '../kernel/reserved-tags.ts';
import { cleanLine } from '../report/terminal-text.ts';
import { promoteDigest, type HandPromotion } from '../ship/promote-by-hand.ts';
import type { AppHost } from './app-host.ts';
import { CommandError } from './errors.ts';
import { runByHand } from './hand-run.ts';
import { openProof, proveNothing, type ProofRequest } from './proof-request.ts';

export interface PromoteRequest {
  /** `host/name@sha256:…`, or `host/name:tag`. */
  readonly ref: string;
  /** Tags to move, specific before general. */
  readonly to: readonly string[];
  readonly proof: ProofRequest;
  readonly mayGoBack: boolean;
  /** Says what would happen, and moves nothing. */
  readonly isDryRun: boolean;
}

export interface MovedTags extends HandPromotion {
  readonly repository: string;
  readonly isDryRun: boolean;
}

/** Moves tags to what another machine tested, if the registry has valid evidence of it. */
export async function promoteReference(host: AppHost, request: PromoteRequest): Promise<MovedTags> {
  const { repository, reference } = parseRemoteImage(request.ref);
  for (const each of request.to) refuseTag(each);
  const prove = (await openProof(host, request.proof)) ?? proveNothing;
  const promotion = await runByHand(
    host,
    { command: 'promote', repository, prove, isSigned: !request.isDryRun },
    async (work) =>
      await promoteDigest(work, {
        reference,
        tags: request.to,
        mayGoBack: request.mayGoBack,
        isDryRun: request.isDryRun,
      }),
  );
  return { repository, isDryRun: request.isDryRun, ...promotion };
}

export interface RemoteReference {
  readonly repository: string;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
}

/** @throws {CommandError} OPTION_INVALID */
export function parseRemote(text: string): RemoteReference {
  const reading = parseReference(text);
  if (!reading.ok)
    throw new CommandError('OPTION_INVALID', `${JSON.stringify(text)} ${reading.problem}`);
  const { tag, digest } = reading.value;
  if (digest !== undefined && !isDigest(digest))
    throw new CommandError('OPTION_INVALID', `${digest} is no sha256 digest`);
  return { repository: renderRepository(reading.value), tag, digest };
}

/**
 * What names one image of a repository: its digest, or else a tag.
 * @throws {CommandError} OPTION_INVALID
 */
export function parseRemoteImage(text: string): {
  readonly repository: string;
  readonly reference: string;
} {
  const { repository, tag, digest } = parseRemote(text);
  const reference = digest ?? tag;
  if (reference === undefined)
    throw new CommandError('OPTION_INVALID', `${text} has neither a digest nor a tag`);
  return { repository, reference };
}

/** @throws {CommandError} OPTION_INVALID */
function refuseTag(tag: string): void {
  if (!isTag(tag))
    throw new CommandError('OPTION_INVALID', `${JSON.stringify(tag)} is no valid tag`);
  if (isReservedTag(tag))
    throw new CommandError('OPTION_INVALID', `${tag} is a name for what is no release`);
}

/** Text for people, or one JSON object of schema `seatrial.promote/1`. */
export function renderMoved(moved: MovedTags, format: 'text' | 'json'): string {
  if (format === 'json')
    return `${JSON.stringify({ schema: 'seatrial.promote/1', ...moved }, null, 2)}\n`;
  const { repository, digest } = moved;
  return [
    `${repository}@${digest}`,
    `  ${cleanLine(moved.evidence)}`,
    ...moved.moved.map(
      ({ tag, from }) =>
        `${moved.isDryRun ? 'would move' : 'moved'} ${tag}, ${from === null ? 'new' : `was ${shortDigest(from)}`}`,
    ),
    ...moved.kept.map((tag) => `kept ${tag}, already there`),
    ...moved.superseded.map(({ tag, reason }) => `not moved ${tag}, which ${cleanLine(reason)}`),
    '',
  ].join('\n');
}
