import { createHash } from 'node:crypto';
import type { EngineImages, ImageRecord } from '../engine/contract.ts';
import type { Bytes } from '../engine/entry-stream.ts';
import { mergeLayers } from '../engine/image-tree.ts';
import { readSavedImage, type SavedFile, type SavedImage } from '../engine/saved-image.ts';
import { AppError, messageOf } from '../kernel/errors.ts';
import { EvidenceError } from './errors.ts';
import { parserOf, type LayerRecords } from './sbom/layer-scan.ts';

export type RecordedPackage = LayerRecords['files'][number]['packages'][number];

/** A file as whoever starts the image sees it. */
export interface ContentFile extends Pick<
  SavedFile,
  'path' | 'type' | 'mode' | 'uid' | 'gid' | 'sizeBytes' | 'linkTo'
> {
  /** Hex; absent for what is no regular file. */
  readonly sha256: string | undefined;
}

/** What can be held against another image. */
export interface ImageContents {
  readonly record: ImageRecord;
  /** By path. */
  readonly files: ReadonlyMap<string, ContentFile>;
  readonly packages: readonly RecordedPackage[];
}

/** Larger records are of no package manager. */
const MOST_RECORD_BYTES = 32 * 1024 ** 2;

interface Facts {
  readonly sha256: string;
  readonly packages: readonly RecordedPackage[];
}

/**
 * Reads an image of the engine, from one `save`, without starting a container.
 * @throws {EvidenceError} IMAGE_UNREADABLE when not every file can be read
 */
export async function readContents(
  images: EngineImages,
  record: ImageRecord,
  signal: AbortSignal,
): Promise<ImageContents> {
  const saved = await readSaved(images, record, signal);
  if (saved.problem !== undefined) throw unreadable(record, saved.problem);
  const { files } = mergeLayers(saved.layers);
  return {
    record,
    files: new Map(
      [...files.values()].map((file) => [file.path, { ...file, sha256: file.facts?.sha256 }]),
    ),
    packages: [...files.values()].flatMap((file) => file.facts?.packages ?? []),
  };
}

async function readSaved(
  images: EngineImages,
  record: ImageRecord,
  signal: AbortSignal,
): Promise<SavedImage<Facts>> {
  const tar = await images.save(record.id, signal);
  try {
    return await readSavedImage(tar, { signal, inspect });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError) throw error;
    throw unreadable(record, messageOf(error), error);
  }
}

function unreadable({ tags, id }: ImageRecord, problem: string, cause?: unknown): EvidenceError {
  const message = `${tags[0] ?? id} cannot be read whole: ${problem}`;
  return new EvidenceError('IMAGE_UNREADABLE', message, { cause });
}

async function inspect({ path, sizeBytes }: SavedFile, content: Bytes): Promise<Facts> {
  const parse = sizeBytes > MOST_RECORD_BYTES ? undefined : parserOf(path.slice(1));
  const hash = createHash('sha256');
  const pieces: Uint8Array[] = [];
  for await (const piece of content) {
    hash.update(piece);
    if (parse !== undefined) pieces.push(piece);
  }
  const packages = parse?.(Buffer.concat(pieces).toString()).packages ?? [];
  return { sha256: hash.digest('hex'), packages };
}
