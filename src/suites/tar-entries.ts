import { buffer } from 'node:stream/consumers';
import type { Extract, Header } from 'tar-stream';
import type { FileKind } from './go-file-mode.ts';
import {
  MOST_CONTENT_BYTES,
  type ChooseEntry,
  type ReadEntry,
  type WalkedEntry,
} from './image-files.ts';

type Entry = Extract extends AsyncIterable<infer Each> ? Each : never;

const KINDS: Readonly<Record<Header['type'], FileKind>> = {
  file: 'file',
  'contiguous-file': 'file',
  link: 'file',
  directory: 'folder',
  symlink: 'link',
  'character-device': 'device',
  'block-device': 'device',
  fifo: 'pipe',
};

export function kindOfHeader({ type }: Pick<Header, 'type'>): FileKind {
  return KINDS[type];
}

/** Takes an entry of a tar up, or leaves it; either way the next one can come. */
export async function takeEntry(entry: Entry, wantsContents: boolean): Promise<ReadEntry> {
  const { header } = entry;
  const isFile = wantsContents && header.type === 'file' && header.size <= MOST_CONTENT_BYTES;
  const contents = isFile ? await buffer(entry) : undefined;
  if (!isFile) entry.resume();
  return {
    uid: header.uid,
    gid: header.gid,
    linkName: header.type === 'symlink' ? header.linkname : undefined,
    contents,
  };
}

/** What `choose` wants of a tar whose first entry is the folder itself. */
export async function walkEntries(
  entries: AsyncIterable<Entry>,
  choose: ChooseEntry,
): Promise<readonly WalkedEntry[]> {
  const walked: WalkedEntry[] = [];
  for await (const entry of entries) {
    const names = namesBelow(entry.header.name);
    const kind = kindOfHeader(entry.header);
    const choice = names.length === 0 ? 'nothing' : choose(names, kind);
    const taken = await takeEntry(entry, choice === 'contents');
    if (choice !== 'nothing') walked.push({ ...taken, names, kind });
  }
  return walked;
}

/** The engine puts the name of the folder before each entry. */
function namesBelow(name: string): readonly string[] {
  return name
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .slice(1);
}
