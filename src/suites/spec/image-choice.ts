import { runSchema, type ImageProfile } from '../../config/schema.ts';
import type { Environment } from '../../host/environment.ts';
import { SuiteError } from '../errors.ts';
import { readHandover } from './handover.ts';
import { ownsSpecFile, recallImages, type LastImage } from './last-images.ts';

/** What a spec file is about, and where that was learnt. */
export interface ImageChoice {
  readonly name: string;
  /** As people refer to it. */
  readonly ref: string;
  /** What containers are made from: an id, unless only a reference is known. */
  readonly image: string;
  readonly profile: ImageProfile;
  readonly projectFolder: string;
}

export interface ImageChoiceOptions {
  readonly env: Environment;
  /** Absolute path of the spec file. */
  readonly file: string;
  /** Where it is. */
  readonly folder: string;
}

/**
 * From `seatrial test`; else IMAGE; else the last build of the project around `folder`.
 * @throws {SuiteError} SPEC_NO_IMAGE
 */
export async function chooseImage(options: ImageChoiceOptions): Promise<ImageChoice> {
  const handover = readHandover(options.env);
  if (handover !== undefined) {
    const { id, ...image } = handover.image;
    return { ...image, image: id, projectFolder: handover.projectFolder };
  }
  const recalled = await recallImages(options.folder);
  const { projectFolder, images } = recalled ?? { projectFolder: options.folder, images: [] };
  const named = options.env['IMAGE'];
  if (named) return { ...chooseNamed(named, images), projectFolder };
  const { name, ref, id, profile } = pickLast(images, projectFolder, options.file);
  return { name, ref, image: id, profile: profile ?? emptyProfile(), projectFolder };
}

function chooseNamed(
  named: string,
  images: readonly LastImage[],
): Omit<ImageChoice, 'projectFolder'> {
  const known = images.find(({ name, ref, id }) => [name, ref, id].includes(named));
  const only = images.length === 1 ? images[0] : undefined;
  return {
    name: known?.name ?? named,
    ref: named,
    // The name of an image of the project means its last build.
    image: known?.name === named ? known.id : named,
    profile: (known ?? only)?.profile ?? emptyProfile(),
  };
}

function pickLast(images: readonly LastImage[], projectFolder: string, file: string): LastImage {
  const owners = images.filter((image) => ownsSpecFile(image, projectFolder, file));
  const candidates = owners.length > 0 ? owners : images;
  const [first] = candidates;
  if (first === undefined) {
    throw new SuiteError('SPEC_NO_IMAGE', `No image was built in ${projectFolder} or above it`);
  }
  if (candidates.length > 1) {
    const names = candidates.map(({ name }) => name).join(', ');
    throw new SuiteError('SPEC_NO_IMAGE', `${file} could be about any of these images: ${names}`, {
      hint: `Name the file in \`suites.spec\` of one image, or choose one: IMAGE=${first.name} npx vitest`,
    });
  }
  return first;
}

function emptyProfile(): ImageProfile {
  return { run: runSchema.parse({}) };
}
