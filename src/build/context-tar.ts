import { Readable } from 'node:stream';
import { pack, type Header, type Pack } from 'tar-stream';
import type { Digest } from '../kernel/digest.ts';
import { readPieces, readWholeFile } from './context-file.ts';
import type { ContextEntry, ContextSnapshot } from './context.ts';
import type { PlacedDockerfile } from './dockerfile-place.ts';

export interface ContextTar {
  readonly context: ContextSnapshot;
  readonly dockerfile: PlacedDockerfile;
  /**
   * What each file contained when the content key was made; a file that has other content now fails the
   * upload, so that no image is filed under the key of another. Absent: only size and times are compared.
   */
  readonly fileDigests?: ReadonlyMap<string, Digest> | undefined;
}

type EntryHeader = Partial<Header> & Pick<Header, 'name'>;

const SMALL_BYTES = 128 * 1024;

/**
 * The context as a tar, in the order of the snapshot, read only as fast as it is taken. Owner and group are
 * 0 as docker sends them; times are kept, in whole seconds, because programs in the image may compare them
 * (BuildKit's cache does not).
 *
 * The stream fails with a `BuildError`: BUILD_CONTEXT_CHANGED or BUILD_CONTEXT_UNREADABLE.
 */
export function packContext(tar: ContextTar): Readable {
  const packing = pack();
  // Failures reach the reader through the destroyed stream.
  void writeEntries(packing, tar).then(
    () => packing.finalize(),
    (error: unknown) => packing.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  const packed = Readable.from(packing, { objectMode: false });
  // A reader that goes away would leave the packing waiting, with a file open.
  packed.once('close', () => packing.destroy());
  return packed;
}

async function writeEntries(packing: Pack, tar: ContextTar): Promise<void> {
  const { added, replaced } = tar.dockerfile;
  for (const entry of tar.context.entries) {
    if (entry.path === replaced?.path) await writeText(packing, headerOf(entry), replaced.text);
    else await writeEntry(packing, tar, entry);
  }
  if (added !== undefined) {
    const header = { name: added.path, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0 };
    await writeText(packing, header, added.text);
  }
}

function headerOf(entry: ContextEntry): EntryHeader {
  return {
    name: entry.path,
    // The file type bit is dropped from the tar; without it, tar-stream takes mode 0 for no mode.
    mode: entry.mode | 0o100000,
    uid: 0,
    gid: 0,
    mtime: new Date(Number(entry.stamp.mtimeNs / 1_000_000n)),
  };
}

async function writeText(packing: Pack, header: EntryHeader, text: string): Promise<void> {
  await writeWhole(packing, { ...header, type: 'file' }, Buffer.from(text, 'utf8'));
}

async function writeEntry(packing: Pack, tar: ContextTar, entry: ContextEntry): Promise<void> {
  switch (entry.type) {
    case 'folder':
      return await writeWhole(packing, { ...headerOf(entry), type: 'directory' });
    case 'link':
      return await writeWhole(packing, {
        ...headerOf(entry),
        type: 'symlink',
        linkname: entry.linkTarget ?? '',
      });
    case 'file':
      return await writeFile(packing, tar, entry);
  }
}

/** Resolves when the entry was taken, so that at most one waits in memory. */
async function writeWhole(packing: Pack, header: EntryHeader, content?: Buffer): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const done = (error?: Error | null): void => {
      if (error) reject(error);
      else resolve();
    };
    const sink =
      content === undefined ? packing.entry(header, done) : packing.entry(header, content, done);
    sink.on('error', reject);
  });
}

async function writeFile(packing: Pack, tar: ContextTar, entry: ContextEntry): Promise<void> {
  const digest = tar.fileDigests?.get(entry.path);
  const file = { folder: tar.context.folder, entry, digest };
  const header: EntryHeader = { ...headerOf(entry), type: 'file', size: entry.sizeBytes };
  if (entry.sizeBytes <= SMALL_BYTES) {
    await writeWhole(packing, header, readWholeFile(file));
    return;
  }
  const sink = packing.entry(header);
  // It fails when the tar does, and then the tar tells.
  sink.on('error', () => {});
  for await (const piece of readPieces(file)) {
    if (!sink.write(piece)) await settled(sink, 'drain');
  }
  sink.end(undefined);
  await settled(sink, 'finish');
}

type Sink = ReturnType<Pack['entry']>;

/** Resolves when the sink took all or takes more; rejects when the reader went away. */
async function settled(sink: Sink, event: 'drain' | 'finish'): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const settle = (outcome: () => void): void => {
      sink.removeListener(event, onEvent);
      sink.removeListener('close', onClose);
      outcome();
    };
    const onEvent = (): void => settle(resolve);
    const onClose = (): void => settle(() => reject(new Error('the context is no longer read')));
    sink.once(event, onEvent);
    sink.once('close', onClose);
    if (sink.destroying) onClose();
  });
}
