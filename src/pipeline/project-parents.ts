import {
  hasRegistryHost,
  parseReference,
  parseRepository,
  renderRepository,
} from '../kernel/image-reference.ts';
import type { ProjectImage } from './project.ts';

type NamedImage = Pick<ProjectImage, 'name' | 'ship'>;

interface ImageSet {
  readonly images: readonly NamedImage[];
  readonly registry?: string | undefined;
}

/**
 * The image of the project that a reference of a Dockerfile means; absent when it means one from outside.
 *
 * An image is meant by the repository it is shipped to, with any tag and with or without the registry, and by
 * its name without tag or with `latest`: `nginx:1.27` stays the public image even where an image of the
 * project is called nginx. A digest never means an image that is yet to be built, and no image means itself.
 */
export function parentNamed(
  reference: string,
  image: Pick<NamedImage, 'name'>,
  project: ImageSet,
): string | undefined {
  const reading = parseReference(reference);
  if (!reading.ok || reading.value.digest !== undefined) return undefined;
  const { tag } = reading.value;
  const repository = renderRepository(reading.value);
  const others = project.images.filter((other) => other.name !== image.name);
  const byRepository = others.find((other) =>
    repositoriesOf(other, project.registry).includes(repository),
  );
  if (byRepository !== undefined) return byRepository.name;
  if (tag !== undefined && tag !== 'latest') return undefined;
  return others.find((other) => normalised(other.name) === repository)?.name;
}

/** Whether a reference from outside the project's Dockerfiles means this image, by the same rules. */
export function isNamed(
  reference: string,
  image: NamedImage,
  registry: string | undefined,
): boolean {
  return parentNamed(reference, { name: '' }, { images: [image], registry }) !== undefined;
}

/** The repository an image is shipped to, as written and with the registry before it. */
function repositoriesOf(image: NamedImage, registry: string | undefined): readonly string[] {
  if (image.ship === undefined) return [];
  const written = image.ship.repository ?? image.name;
  const asWritten = image.ship.repository === undefined ? [] : [normalised(written)];
  const isWhole = registry === undefined || hasRegistryHost(written);
  return isWhole ? asWritten : [...asWritten, normalised(`${registry}/${written}`)];
}

function normalised(repository: string): string {
  const reading = parseRepository(repository);
  return reading.ok ? renderRepository(reading.value) : repository;
}
