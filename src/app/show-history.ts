import { join } from 'node:path';
import { shortDigest } from '../kernel/digest.ts';
import { findProjectFolder } from '../pipeline/project-folder.ts';
import { openRepository } from '../registry/client/open-repository.ts';
import { cleanLine } from '../report/terminal-text.ts';
import { readTagHistory, type PastMove, type TagHistory } from '../ship/tag-history.ts';
import type { AppHost } from './app-host.ts';
import { parseRemote } from './promote-digest.ts';
import { readShippedDigests } from './shipped-digests.ts';
import { STATE_FOLDER } from './state-folder.ts';

export interface RepositoryHistory {
  readonly repository: string;
  readonly tags: readonly TagHistory[];
}

/** What each tag of a repository pointed to, when and by whom; of one tag when the reference names it. */
export async function showHistory(host: AppHost, ref: string): Promise<RepositoryHistory> {
  const { repository: name, tag } = parseRemote(ref);
  await using repository = openRepository({
    repository: name,
    env: host.env,
    signal: host.signal,
    onWarning: (message) => host.stderr.write(`${message}\n`),
  });
  const folder = join(await findProjectFolder(host.cwd), STATE_FOLDER);
  const tags = await readTagHistory(repository, {
    only: tag === undefined ? undefined : [tag],
    known: await readShippedDigests({ folder, clock: host.clock }, name),
  });
  return { repository: name, tags };
}

/** Text for people, or one JSON object of schema `seatrial.history/1`. */
export function renderHistory(history: RepositoryHistory, format: 'text' | 'json'): string {
  if (format === 'json')
    return `${JSON.stringify({ schema: 'seatrial.history/1', ...history }, null, 2)}\n`;
  if (history.tags.length === 0) return `${history.repository} has no tags.\n`;
  return history.tags.map((tag) => renderTag(tag)).join('\n');
}

function renderTag({ tag, digest, isExplained, moves }: TagHistory): string {
  const head = digest === null ? 'is gone' : shortDigest(digest);
  const foreign =
    isExplained || digest === null ? [] : [`  ${shortDigest(digest)}  moved by somebody else`];
  return [
    `${tag}  ${head}`,
    ...foreign,
    ...moves.toReversed().map((move) => renderMove(move)),
    '',
  ].join('\n');
}

const marks = {
  current: '',
  past: '',
  undone: ', brought back or never finished',
  overwritten: ', then moved by somebody else',
} as const;

function renderMove(move: PastMove): string {
  const { at, to, kind, runId, commit, evidence, reason, state } = move;
  const what = kind === 'rollback' ? 'rolled back by' : 'run';
  const from = commit === undefined ? '' : `, commit ${commit.slice(0, 12)}`;
  const why = reason === undefined ? '' : `, because: ${reason}`;
  // Whoever may push may write a record.
  const line = cleanLine(`${at}  ${what} ${runId}${from}${why}${marks[state]}`);
  return `  ${shortDigest(to)}  ${line}\n      ${cleanLine(evidence)}`;
}
