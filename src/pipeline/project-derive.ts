import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { configSchema, type Config, type ConfigInput } from '../config/schema.ts';
import { isThere, readTextIfThere } from '../host/files.ts';
import { parseRepository } from '../kernel/image-reference.ts';
import { PipelineError } from './errors.ts';

/** Endings after `Dockerfile.` that are no name of an image. */
const NO_NAMES: ReadonlySet<string> = new Set([
  'bak',
  'dockerignore',
  'erb',
  'in',
  'j2',
  'jinja',
  'md',
  'old',
  'orig',
  'rej',
  'swp',
  'template',
  'tmp',
  'tmpl',
  'txt',
]);

/**
 * A configuration made from what is in a folder. Its `Dockerfile` is an image with the name of the project;
 * `Dockerfile.<name>` and `<name>.Dockerfile` beside it are images of that name. A folder with none of these
 * has an image for each of its folders with a `Dockerfile`, named after that folder. A `docker-compose.test.yml` with a
 * service `sut` beside a `Dockerfile` tests its image, as it does on Docker Hub. Nothing is ever shipped without a
 * configuration that says where to.
 * @throws {PipelineError} PROJECT_NOT_FOUND when there is no Dockerfile at all
 */
export async function deriveConfig(folder: string, projectName: string): Promise<Config> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const here = files.toSorted().flatMap((name): readonly DerivedImage[] => {
    const image = imageOfFile(name, projectName);
    return image === undefined ? [] : [{ name: image, context: '.', dockerfile: name }];
  });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const images = here.length > 0 ? here : await imagesOfFolders(folder, folders.toSorted());
  if (images.length === 0) {
    throw new PipelineError(
      'PROJECT_NOT_FOUND',
      `${folder} has no configuration and no Dockerfile, and none of its folders has one`,
    );
  }
  const tested = await Promise.all(images.map((image) => withTests(folder, image)));
  const input: ConfigInput = { images: named(tested) };
  return configSchema.parse(input);
}

/** @see https://docs.docker.com/docker-hub/repos/manage/builds/automated-testing/ */
const HUB_TESTS = 'docker-compose.test.yml';

/** Many files of this name are for other purposes: only one with a service `sut` is a test of the image. */
async function withTests(folder: string, image: DerivedImage): Promise<DerivedImage> {
  if (image.dockerfile !== 'Dockerfile') return image;
  const file = join(image.context, HUB_TESTS);
  const text = (await readTextIfThere(join(folder, file))) ?? '';
  return /^[ \t]*["']?sut["']?:/mu.test(text) ? { ...image, suites: { sut: file } } : image;
}

/** A valid repository name that is as near to the text as can be. */
function toImageName(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/gu, '-')
    .replaceAll(/[._-]*-[._-]*|[._]{2,}/gu, '-')
    .replaceAll(/^[._-]+|[._-]+$/gu, '');
  return name !== '' && parseRepository(name).ok ? name : 'image';
}

/** Last part of the remote, or the name of the folder. */
export function toProjectName(folder: string, remote: string | undefined): string {
  const [, fromRemote] = /([^/:]+?)(?:\.git)?\/*$/u.exec(remote ?? '') ?? [];
  return fromRemote ?? (basename(folder) || 'project');
}

interface DerivedImage {
  readonly name: string;
  readonly context: string;
  readonly dockerfile: string;
  readonly suites?: { readonly sut: string } | undefined;
}

function imageOfFile(file: string, projectName: string): string | undefined {
  if (file === 'Dockerfile') return toImageName(projectName);
  const [, after, before] =
    /^(?:Dockerfile\.([\w.-]*\w)|([\w.-]+)\.Dockerfile)$/iu.exec(file) ?? [];
  const name = after ?? before;
  if (name === undefined || name.startsWith('.')) return undefined;
  const ending = name.split('.').at(-1) ?? '';
  return after !== undefined && NO_NAMES.has(ending.toLowerCase()) ? undefined : toImageName(name);
}

async function imagesOfFolders(
  folder: string,
  names: readonly string[],
): Promise<readonly DerivedImage[]> {
  const found = await Promise.all(
    names
      .filter((name) => !name.startsWith('.') && name !== 'node_modules')
      .map(async (name) =>
        (await isThere(join(folder, name, 'Dockerfile')))
          ? [{ name: toImageName(name), context: name, dockerfile: 'Dockerfile' }]
          : [],
      ),
  );
  return found.flat();
}

/** By name; where two would have the same, the later ones get a number. */
function named(images: readonly DerivedImage[]): ConfigInput['images'] {
  const byName = new Map<string, Omit<DerivedImage, 'name'>>();
  for (const { name, ...image } of images) {
    let unique = name;
    for (let number = 2; byName.has(unique); number += 1) unique = `${name}-${number}`;
    byName.set(unique, image);
  }
  return Object.fromEntries(byName);
}
