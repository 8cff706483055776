import { isElf, parseElf, type ElfFile } from '../../../engine/elf.ts';
import { peek, readBeginning, type Bytes } from '../../../engine/entry-stream.ts';
import type { SavedFile } from '../../../engine/saved-image.ts';
import type { FoundSecret } from './found-secret.ts';
import { findSecretContents } from './secret-contents.ts';

/** What checks want to know of the contents of a file; most files have nothing to tell. */
export interface FileFacts {
  readonly elf?: ElfFile | undefined;
  readonly script?: Script | undefined;
  /** Contents of the few files that checks read themselves. */
  readonly text?: string | undefined;
  /** How a time zone file names its time from now on: `UTC0`, `CET-1CEST,M3.5.0,M10.5.0/3`. */
  readonly zone?: string | undefined;
  readonly secrets?: readonly FoundSecret[] | undefined;
}

/** The first line of a script. @see https://man7.org/linux/man-pages/man2/execve.2.html */
export interface Script {
  readonly interpreter: string;
  /** All that follows it, as one word; empty when nothing does. */
  readonly argument: string;
  /** Whether the line ends as on Windows: the kernel then looks for a program whose name ends in CR. */
  readonly endsInReturn: boolean;
}

/** A larger program is known by its beginning alone. */
const MOST_PROGRAM_BYTES = 64 * 1024 ** 2;
/** A longer text is looked at up to here. */
const MOST_TEXT_BYTES = 2 * 1024 ** 2;
const BEGINNING_BYTES = 4096;

/** Looks into a file while it goes by. */
export async function inspectFile(file: SavedFile, content: Bytes): Promise<FileFacts | undefined> {
  const { beginning, whole } = await peek(content, BEGINNING_BYTES);
  if (isElf(beginning)) return { elf: parseElf(await readBeginning(whole, MOST_PROGRAM_BYTES)) };
  const isRead = READ.test(file.path);
  const isZone = beginning.toString('latin1', 0, 4) === 'TZif';
  const isText = !beginning.subarray(0, BEGINNING_BYTES).includes(0);
  if (!isText && !isRead && !isZone) return undefined;
  const bytes = await readBeginning(whole, MOST_TEXT_BYTES);
  if (isZone) return { zone: zoneOf(bytes) };
  return factsOfText(file.path, bytes, isRead);
}

/** Files that checks read themselves. Their names do, for where a link leads is not known yet. */
const READ =
  /\/(?:passwd|group|shadow|os-release|ld\.so\.(?:conf|cache)|ld-musl-[^/]+\.path|ld\.so\.conf\.d\/[^/]+\.conf)$/u;

function factsOfText(path: string, bytes: Buffer, isRead: boolean): FileFacts | undefined {
  const script = scriptOf(bytes);
  const secrets = findSecretContents(path, bytes);
  if (script === undefined && secrets.length === 0 && !isRead) return undefined;
  return {
    ...(script === undefined ? {} : { script }),
    ...(secrets.length === 0 ? {} : { secrets }),
    ...(isRead ? { text: bytes.toString('latin1') } : {}),
  };
}

/** As much of the first line as the kernel reads. */
const FIRST_LINE_BYTES = 256;

function scriptOf(bytes: Buffer): Script | undefined {
  const [line = ''] = bytes.toString('latin1', 0, FIRST_LINE_BYTES).split('\n', 1);
  const [, interpreter, argument = ''] = /^#![ \t]*([^ \t\r]+)[ \t]*([^\r]*)/u.exec(line) ?? [];
  if (interpreter === undefined) return undefined;
  return { interpreter, argument: argument.trim(), endsInReturn: line.endsWith('\r') };
}

/** @see https://datatracker.ietf.org/doc/html/rfc9636#section-3.3 */
function zoneOf(bytes: Buffer): string | undefined {
  return /\n([^\n]{1,256})\n$/u.exec(bytes.toString('latin1'))?.[1];
}
