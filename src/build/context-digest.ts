import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { digestOf, hexOf, type Digest } from '../kernel/digest.ts';
import { contextError, type ContextEntry, type ContextSnapshot } from './context.ts';
import { BuildError } from './errors.ts';
import type { FileDigests } from './file-digests.ts';

/** What a context contains, independent of when and where it was read. */
export interface ContextDigest {
  /** Over path, kind, permission bits, link target and content of every entry. */
  readonly digest: Digest;
  /**
   * Inputs of a content key: `context` is the whole; up to 200 entries each have their own
   * (`context:src/main.c`), more are folded by their top folder (`context:src/`), so that a record of a run
   * stays small and a change still has a name.
   */
  readonly inputs: Readonly<Record<string, string>>;
  /** Content digest of each file, by path. */
  readonly files: ReadonlyMap<string, Digest>;
}

const MAX_INPUTS = 200;
/** Files that are read at the same time: enough to keep the disk busy, few enough for any limit. */
const CONCURRENCY = 8;
/** Small files are hashed without leaving this thread: let others in now and then. */
const FILES_PER_TURN = 100;
/** Names a change; the whole digest decides. */
const SHORT_HEX = 16;

/** @throws {BuildError} BUILD_CONTEXT_CHANGED when a file is no longer the one of the snapshot. */
export async function digestContext(
  context: ContextSnapshot,
  fileDigests: FileDigests,
): Promise<ContextDigest> {
  const files = await digestFiles(context, fileDigests);
  const prints = context.entries.map((entry): readonly [string, string] => [
    entry.path,
    printOf(entry, files),
  ]);
  const digest = digestOfPrints(prints);
  return Object.freeze({ digest, inputs: inputsOf(context, { prints, digest }), files });
}

async function digestFiles(
  context: ContextSnapshot,
  fileDigests: FileDigests,
): Promise<ReadonlyMap<string, Digest>> {
  const digests = new Map<string, Digest>();
  const queue = context.entries.filter(({ type }) => type === 'file').values();
  const work = async (): Promise<void> => {
    for (const { path, stamp } of queue) {
      digests.set(path, await digestFile(fileDigests, { context, path, stamp }));
      if (digests.size % FILES_PER_TURN === 0) await nextTurn();
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return digests;
}

async function digestFile(
  fileDigests: FileDigests,
  file: Pick<ContextEntry, 'path' | 'stamp'> & { readonly context: ContextSnapshot },
): Promise<Digest> {
  let digest: Digest | undefined;
  try {
    digest = await fileDigests.digestOf(join(file.context.folder, file.path), file.stamp);
  } catch (error) {
    throw contextError(file.path, error);
  }
  if (digest !== undefined) return digest;
  throw new BuildError('BUILD_CONTEXT_CHANGED', `${file.path} was written to while it was read`, {
    details: { path: file.path },
  });
}

/** The kernel ignores the permission bits of a link; so do we. */
function printOf(entry: ContextEntry, files: ReadonlyMap<string, Digest>): string {
  if (entry.type === 'link') return `link ${entry.linkTarget ?? ''}`;
  const mode = entry.mode.toString(8).padStart(4, '0');
  return entry.type === 'folder' ? `folder ${mode}` : `file ${mode} ${files.get(entry.path) ?? ''}`;
}

function digestOfPrints(prints: readonly (readonly [string, string])[]): Digest {
  const hash = createHash('sha256');
  for (const print of prints) hash.update(`${JSON.stringify(print)}\n`);
  return `sha256:${hash.digest('hex')}`;
}

function inputsOf(
  context: ContextSnapshot,
  whole: { readonly prints: readonly (readonly [string, string])[]; readonly digest: Digest },
): Readonly<Record<string, string>> {
  const inputs: Record<string, string> = { context: whole.digest };
  if (context.entries.length <= MAX_INPUTS) {
    for (const [path, print] of whole.prints) inputs[`context:${path}`] = short(digestOf(print));
    return inputs;
  }
  const tops = Map.groupBy(whole.prints, ([path]) => topOf(path));
  if (tops.size > MAX_INPUTS) return inputs;
  for (const [top, prints] of tops) inputs[`context:${top}`] = short(digestOfPrints(prints));
  return inputs;
}

/** A folder and all that is in it fall under `folder/`; a file beside it stands for itself. */
function topOf(path: string): string {
  const end = path.indexOf('/');
  return end === -1 ? path : path.slice(0, end + 1);
}

function short(digest: Digest): string {
  return hexOf(digest).slice(0, SHORT_HEX);
}
