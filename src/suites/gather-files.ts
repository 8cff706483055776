import { posix } from 'node:path';
import { toTarMode } from './go-file-mode.ts';
import { inTurns } from './in-turns.ts';
import {
  MOST_CONTENT_BYTES,
  type ImageFiles,
  type PathFinding,
  type ReadEntry,
  type WantedFile,
} from './image-files.ts';

/** What tests want to know of an image's files. */
export interface FileWishes {
  readonly paths: readonly string[];
  /** Of those, whose owner is asked for. */
  readonly owners: readonly string[];
  /** Files to be read, after the links that lead to them. */
  readonly contents: readonly string[];
}

/** All that was wished for, in memory. */
export interface FileView {
  found(path: string): PathFinding;
  /** Absent when nothing is there. */
  entry(path: string): ReadEntry | undefined;
  content(path: string): ContentReading;
}

export interface GatheredFiles extends FileView {
  /** Of a file whose contents were wished for; absent when it could not be read. */
  bytes(path: string): Buffer | undefined;
}

export type ContentReading =
  | { readonly state: 'read'; readonly text: string }
  | { readonly state: 'unread'; readonly problem: string };

/**
 * - `whole`: as any program in the container follows links.
 * - `raw`: as the original does, which takes what is written in a link for a path from the top.
 */
export type LinkRule = 'whole' | 'raw';

/** Asks for everything at once: first what is where, then what is in it. */
export async function gatherFiles(
  files: ImageFiles,
  wishes: FileWishes,
  rule: LinkRule,
): Promise<GatheredFiles> {
  const findings = new Map<string, PathFinding>();
  const look = async (paths: readonly string[]): Promise<void> => {
    const unknown = [...new Set(paths)].filter((path) => !findings.has(path));
    await inTurns(unknown, LOOKS_AT_ONCE, async (path) => {
      findings.set(path, await files.find(path));
    });
  };
  const found = (path: string): PathFinding => findings.get(path) ?? { state: 'absent' };
  await look([...wishes.paths, ...wishes.contents]);
  const ends = await followLinks(wishes.contents, { files, found, look, rule });
  const entries = await files.read(wantedOf(wishes.owners, [...ends.values()], found));
  return {
    found,
    entry: (path) => entries.get(path),
    bytes: (path) => entries.get(ends.get(path) ?? path)?.contents,
    content: (path) => {
      const end = ends.get(path) ?? path;
      const problem = whyUnread(end, found(end));
      if (problem !== undefined) return { state: 'unread', problem };
      const contents = entries.get(end)?.contents;
      if (contents !== undefined) return { state: 'read', text: contents.toString('utf8') };
      return { state: 'unread', problem: `${end} is no file that could be read` };
    },
  };
}

/** More at the same time do not make the engine faster. */
const LOOKS_AT_ONCE = 8;
/** As the kernel counts. @see https://man7.org/linux/man-pages/man7/path_resolution.7.html */
const MOST_LINKS = 40;

interface Following {
  readonly files: ImageFiles;
  readonly found: (path: string) => PathFinding;
  readonly look: (paths: readonly string[]) => Promise<void>;
  readonly rule: LinkRule;
}

/** Path to where it leads in the end; one that leads in circles ends at a link. */
async function followLinks(
  paths: readonly string[],
  { files, found, look, rule }: Following,
): Promise<ReadonlyMap<string, string>> {
  const ends = new Map(paths.map((path) => [path, path]));
  for (let count = 0; count < MOST_LINKS; count += 1) {
    const atLinks = [...ends].filter(([, end]) => kindAt(found(end)) === 'link');
    if (atLinks.length === 0) break;
    const links = atLinks.map(([, end]) => end);
    const names = rule === 'raw' ? await files.read(wantedOf(links, [], found)) : undefined;
    for (const [path, end] of atLinks) {
      const target = names === undefined ? targetOf(found(end)) : rawTarget(names.get(end));
      ends.set(path, target ?? end);
    }
    await look([...ends.values()]);
  }
  return ends;
}

function kindAt(finding: PathFinding): string | undefined {
  return finding.state === 'there' ? finding.kind : undefined;
}

function targetOf(finding: PathFinding): string | undefined {
  return finding.state === 'there' ? finding.stat.linkTarget : undefined;
}

function rawTarget(entry: ReadEntry | undefined): string | undefined {
  return entry?.linkName === undefined ? undefined : posix.join('/', entry.linkName);
}

function wantedOf(
  owners: readonly string[],
  contents: readonly string[],
  found: (path: string) => PathFinding,
): readonly WantedFile[] {
  const read = new Set(contents.filter((path) => whyUnread(path, found(path)) === undefined));
  return [...new Set([...owners, ...read])].flatMap((path) => {
    const finding = found(path);
    if (finding.state !== 'there') return [];
    const { kind, stat } = finding;
    const { sizeBytes } = stat;
    const mode = toTarMode(stat.mode);
    return [{ path, kind, sizeBytes, mode, wantsContents: read.has(path) }];
  });
}

function whyUnread(path: string, finding: PathFinding): string | undefined {
  if (finding.state === 'absent') return `there is no ${path}`;
  if (finding.state === 'unclear') return `${path} cannot be found: ${finding.reason}`;
  if (finding.kind === 'link') return `${path} is a link that leads in circles`;
  if (finding.kind !== 'file') return `${path} is a ${finding.kind} and no file`;
  return finding.stat.sizeBytes > MOST_CONTENT_BYTES
    ? `${path} is larger than 64 MiB, which is too much to search`
    : undefined;
}
