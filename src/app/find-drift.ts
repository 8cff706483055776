import { join } from 'node:path';
import { shortDigest } from '../kernel/digest.ts';
import { findProjectFolder } from '../pipeline/project-folder.ts';
import { openRepository } from '../registry/client/open-repository.ts';
import { cleanLine } from '../report/terminal-text.ts';
import { findDrift, type TagDrift } from '../ship/drift.ts';
import type { AppHost } from './app-host.ts';
import { parseRemote } from './promote-digest.ts';
import { openProof, type ProofRequest } from './proof-request.ts';
import { readShippedDigests } from './shipped-digests.ts';
import { STATE_FOLDER } from './state-folder.ts';

export interface RepositoryDrift {
  readonly repository: string;
  /** False when nobody is trusted: then only who moved the tags is looked at. */
  readonly isEvidenceJudged: boolean;
  readonly tags: readonly TagDrift[];
}

/** Looks for tags that somebody else moved, and for those whose digest has no valid evidence. */
export async function findRepositoryDrift(
  host: AppHost,
  request: { readonly ref: string; readonly proof: ProofRequest },
): Promise<RepositoryDrift> {
  const { repository: name } = parseRemote(request.ref);
  const lookup = await openProof(host, request.proof);
  await using repository = openRepository({
    repository: name,
    env: host.env,
    signal: host.signal,
    onWarning: (message) => host.stderr.write(`${message}\n`),
  });
  const folder = join(await findProjectFolder(host.cwd), STATE_FOLDER);
  const known = await readShippedDigests({ folder, clock: host.clock }, name);
  return {
    repository: name,
    isEvidenceJudged: lookup !== undefined,
    tags: await findDrift(repository, lookup, known),
  };
}

export function hasDrifted({ tags }: RepositoryDrift): boolean {
  return tags.some(({ findings }) => findings.length > 0);
}

/** Text for people, or one JSON object of schema `seatrial.drift/1`. */
export function renderDrift(drift: RepositoryDrift, format: 'text' | 'json'): string {
  if (format === 'json')
    return `${JSON.stringify({ schema: 'seatrial.drift/1', ...drift }, null, 2)}\n`;
  const { repository, tags } = drift;
  const drifted = tags.filter(({ findings }) => findings.length > 0);
  return [
    ...drifted.flatMap(({ tag, digest, findings }) => [
      `${tag}  ${shortDigest(digest)}`,
      ...findings.map(({ kind, message }) => `  ${kind}: ${cleanLine(message)}`),
    ]),
    drifted.length === 0
      ? `All ${tags.length} tags of ${repository} are where they were promoted to.`
      : `${drifted.length} of ${tags.length} tags of ${repository} have drifted.`,
    ...(drift.isEvidenceJudged
      ? []
      : ['Evidence was not judged: give `--key` or `--policy`, or set SEATRIAL_KEY.']),
    '',
  ].join('\n');
}
