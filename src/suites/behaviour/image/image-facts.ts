import { z } from 'zod';
import type { EngineImages, ImageRecord } from '../../../engine/contract.ts';
import { mergeLayers, type ImageTree } from '../../../engine/image-tree.ts';
import { readSavedImage, type SavedLayer } from '../../../engine/saved-image.ts';
import type { ImageClass } from '../image-class.ts';
import { inspectFile, type FileFacts } from './file-facts.ts';

/** What an image holds, read once for all checks that need no container. */
export interface ImageFacts {
  /** The image's configuration as it is in the registry, as JSON. */
  readonly config: string;
  /** When it was built; absent when the build hid it. */
  readonly builtAt?: Date | undefined;
  readonly history: readonly HistoryStep[];
  /** The lowest first. */
  readonly layers: readonly SavedLayer<FileFacts>[];
  readonly tree: ImageTree<FileFacts>;
  /** What a container of it turned out to be; absent when none was started. */
  readonly imageClass?: ImageClass | undefined;
  readonly now: Date;
}

/** One instruction of the Dockerfile, as the builder noted it. */
export interface HistoryStep {
  readonly text: string;
  /** The layer that it made; absent when it made none. */
  readonly layer?: number | undefined;
  readonly isBuildKit: boolean;
}

/** An image that cannot be read whole is not judged by half. */
export type ReadImage =
  | { readonly facts: Omit<ImageFacts, 'imageClass' | 'now'> }
  | { readonly problem: string };

/** Reads an image of the engine without starting a container. */
export async function readImage(
  images: EngineImages,
  record: ImageRecord,
  signal: AbortSignal,
): Promise<ReadImage> {
  if (record.platform.os !== 'linux')
    return {
      problem: `the image is for ${record.platform.os}, and only Linux images are understood`,
    };
  const saved = await readSavedImage(await images.save(record.id, signal), {
    signal,
    inspect: inspectFile,
  });
  return saved.problem === undefined ? { facts: toFacts(saved) } : { problem: saved.problem };
}

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md */
const configSchema = z.object({
  created: z.string().nullish(),
  history: z
    .array(
      z.object({
        created_by: z.string().nullish(),
        comment: z.string().nullish(),
        empty_layer: z.boolean().nullish(),
      }),
    )
    .nullish(),
});

/** Builders that hide the time write the beginning of theirs. */
const HIDDEN_UNTIL = Date.UTC(1990, 0);

export function toFacts(saved: {
  readonly config: string;
  readonly layers: readonly SavedLayer<FileFacts>[];
}): Omit<ImageFacts, 'imageClass' | 'now'> {
  const { created, history } = configSchema.parse(JSON.parse(saved.config));
  const builtAt = new Date(created ?? '');
  let layer = -1;
  return {
    config: saved.config,
    ...(builtAt.getTime() > HIDDEN_UNTIL ? { builtAt } : {}),
    history: (history ?? []).map((step) => {
      if (step.empty_layer !== true) layer += 1;
      return {
        text: step.created_by ?? '',
        ...(step.empty_layer === true ? {} : { layer }),
        isBuildKit: step.comment?.startsWith('buildkit') ?? false,
      };
    }),
    layers: saved.layers,
    tree: mergeLayers(saved.layers),
  };
}

/** `layer 3 (COPY . /app)`. What a RUN did is not told: its line may hold a secret. */
export function nameLayer({ history }: Pick<ImageFacts, 'history'>, layer: number): string {
  const step = history.find((each) => each.layer === layer)?.text ?? '';
  const text = step
    .replace(/^\/bin\/sh -c #\(nop\) */u, '')
    .replace(/ # buildkit$/u, '')
    .replaceAll(/\s+/gu, ' ');
  const place = `layer ${String(layer + 1)}`;
  if (/^(?:COPY|ADD|WORKDIR) /u.test(text)) return `${place} (${text.slice(0, LONGEST_STEP)})`;
  return /^(?:RUN |\/bin\/sh -c )/u.test(text) ? `${place} (RUN)` : place;
}

const LONGEST_STEP = 80;
