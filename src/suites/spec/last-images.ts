import { dirname, join, matchesGlob, relative, sep } from 'node:path';
import { z } from 'zod';
import type { ImageProfile } from '../../config/schema.ts';
import { readTextIfThere, writeFileAtomically } from '../../host/files.ts';
import { profileSchema } from './handover.ts';

const lastImage = z.object({
  /** Reference that the engine has it under. */
  ref: z.string(),
  /** Engine id. */
  id: z.string(),
  /** How it is run. Absent: as the image itself says. */
  profile: profileSchema.optional(),
  /** Paths and globs of its spec files, relative to the project. */
  spec: z.array(z.string()).optional(),
});

/** The last image of each name that a build made, so that spec files run by plain `vitest`. */
const lastImagesSchema = z.record(z.string(), lastImage);

export interface LastImage {
  readonly name: string;
  readonly ref: string;
  readonly id: string;
  readonly profile?: ImageProfile | undefined;
  readonly spec?: readonly string[] | undefined;
}

const FILE = join('.seatrial', 'last-images.json');

/** Remembers what was built; images of other names are kept as they were. */
export async function rememberImages(
  projectFolder: string,
  images: readonly LastImage[],
): Promise<void> {
  const path = join(projectFolder, FILE);
  const before = parseImages(await readTextIfThere(path)) ?? {};
  const added = Object.fromEntries(images.map(({ name, ...rest }) => [name, rest]));
  await writeFileAtomically(path, `${JSON.stringify({ ...before, ...added }, undefined, 2)}\n`);
}

export interface RememberedImages {
  readonly projectFolder: string;
  readonly images: readonly LastImage[];
}

/** What the nearest project around a folder remembers; absent when nothing was built there. */
export async function recallImages(folder: string): Promise<RememberedImages | undefined> {
  for (let place = folder; ; place = dirname(place)) {
    const images = parseImages(await readTextIfThere(join(place, FILE)));
    if (images !== undefined) {
      const named = Object.entries(images).map(([name, image]) => ({ name, ...image }));
      return { projectFolder: place, images: named };
    }
    if (dirname(place) === place) return undefined;
  }
}

/** Whether the image names this file as one of its spec files. */
export function ownsSpecFile(image: LastImage, projectFolder: string, file: string): boolean {
  const path = relative(projectFolder, file).split(sep).join('/');
  return (image.spec ?? []).some((pattern) => matchesGlob(path, pattern.replace(/^\.\//u, '')));
}

/** Absent when there is none, or when it is not of our making: then it is as if nothing was built. */
function parseImages(text: string | undefined): z.output<typeof lastImagesSchema> | undefined {
  if (text === undefined) return undefined;
  try {
    return lastImagesSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
