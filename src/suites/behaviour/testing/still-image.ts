import type { ImageConfig } from '../../../engine/contract.ts';
import { createImageArchive, withFolders, type LayerEntry } from '../../../engine/image-archive.ts';
import { readSavedImage, type SavedLayer } from '../../../engine/saved-image.ts';
import type { ImageClass } from '../image-class.ts';
import { inspectFile, type FileFacts } from '../image/file-facts.ts';
import { toFacts, type ImageFacts } from '../image/image-facts.ts';
import type { Subject } from '../subject.ts';
import { createSubject, type SubjectOptions } from './subject.ts';

type File = string | Uint8Array | Omit<LayerEntry, 'path'>;
type Files = Readonly<Record<string, File>>;

/** An image that nobody starts. Everything is optional. */
export interface StillImage {
  /** Files of each layer, the lowest first. */
  readonly layers?: readonly Files[];
  /** Files of the only layer. */
  readonly files?: Files;
  /** Path to the size that its files are said to have, in bytes: nobody has to pack so much. */
  readonly sizes?: Readonly<Record<string, number>> | undefined;
  readonly config?: Partial<ImageConfig> | undefined;
  readonly profile?: SubjectOptions['profile'];
  /** @default amd64 */
  readonly architecture?: string | undefined;
  /** One step for each layer, unless it is said to make none. */
  readonly history?: readonly {
    readonly created_by: string;
    readonly comment?: string;
    readonly empty_layer?: boolean;
  }[];
  /** ISO 8601. */
  readonly created?: string | undefined;
  readonly imageClass?: ImageClass | undefined;
  readonly maxSizeBytes?: number | undefined;
}

export interface Still {
  readonly facts: ImageFacts;
  readonly subject: Subject;
}

/** What checks are told of such an image: its layers are packed and read like those of a real one. */
export async function readStill(image: StillImage): Promise<Still> {
  const { layers = [image.files ?? {}], architecture = 'amd64' } = image;
  const archive = await createImageArchive({
    layers: layers.map((files) => withFolders(Object.entries(files).map(toEntry))),
    config: {},
    architecture,
  });
  const saved = await readSavedImage(archive.open(), {
    signal: AbortSignal.timeout(20_000),
    inspect: inspectFile,
  });
  const { env, labels } = image.config ?? {};
  const config = JSON.stringify({
    created: image.created ?? '2026-01-01T00:00:00Z',
    config: { Env: env ?? [], Labels: labels ?? {} },
    history: image.history ?? [],
  });
  const plain = createSubject({ config: image.config, profile: image.profile });
  const record = { ...plain.image.record, platform: { os: 'linux', architecture } };
  return {
    facts: {
      ...toFacts({ config, layers: saved.layers.map((layer) => resized(layer, image.sizes)) }),
      imageClass: image.imageClass,
      now: new Date('2026-06-01T00:00:00Z'),
    },
    subject: {
      ...plain,
      image: { ...plain.image, record },
      maxSizeBytes: image.maxSizeBytes,
    },
  };
}

function resized(
  layer: SavedLayer<FileFacts>,
  sizes: StillImage['sizes'] = {},
): SavedLayer<FileFacts> {
  const files = layer.files.map((file) => ({
    ...file,
    sizeBytes: sizes[file.path] ?? file.sizeBytes,
  }));
  return { ...layer, files };
}

function toEntry([path, file]: readonly [string, File]): LayerEntry {
  return typeof file === 'string' || file instanceof Uint8Array
    ? { path, contents: file, mode: 0o755 }
    : { path, ...file };
}
