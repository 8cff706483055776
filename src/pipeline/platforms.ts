import { isSamePlatform } from '../kernel/platform.ts';
import { PipelineError } from './errors.ts';
import type { ProjectImage } from './project.ts';

type Platformed = Pick<ProjectImage, 'name' | 'platforms' | 'untested'>;

/** The platforms of an image, as written. */
export function platformsOf(image: Platformed, enginePlatform: string): readonly string[] {
  return image.platforms ?? [enginePlatform];
}

/** Whether the image is shipped as an index. */
export function isForSeveral({ platforms = [] }: Platformed): boolean {
  return platforms.length > 1;
}

/** Whether the configuration says that the image is shipped for this platform without a test. */
export function isUntested({ untested = [] }: Platformed, platform: string): boolean {
  return untested.some((each) => isSamePlatform(each, platform));
}

/** Why a test is skipped, and a platform shipped all the same. */
export function untestedReason(platform: string): string {
  return `${platform} is declared untested`;
}

/** An image for one platform keeps it out of its ids: they are in the history of every project. */
export function buildStepId(image: Platformed, platform: string): string {
  return `build:${nameOn(image, platform)}`;
}

export function testStepId(image: Platformed, platform: string, suite: string): string {
  return `test:${nameOn(image, platform)}:${suite}`;
}

/** `app`, and `app@linux/arm64` of an image for several platforms. */
export function nameOn(image: Platformed, platform: string): string {
  return isForSeveral(image) ? `${image.name}@${platform}` : image.name;
}

/**
 * The build step of a parent that an image on this platform builds on. A parent for one platform is taken as it
 * is: which base fits is the engine's to say.
 */
export function parentStepId(parent: Platformed, platform: string): string {
  const same = parent.platforms?.find((each) => isSamePlatform(each, platform));
  return buildStepId(parent, same ?? platform);
}

/**
 * What is shipped for several platforms has to stand on a parent of each, and the other way round one platform needs
 * its own part of a parent for several.
 * @throws {PipelineError} PROJECT_PLATFORM_MISSING
 */
export function assertParentFits(
  image: Platformed,
  parent: Platformed,
  enginePlatform: string,
): void {
  if (!isForSeveral(image) && !isForSeveral(parent)) return;
  const offered = platformsOf(parent, enginePlatform);
  const missing = platformsOf(image, enginePlatform).find(
    (platform) => !offered.some((each) => isSamePlatform(each, platform)),
  );
  if (missing === undefined) return;
  throw new PipelineError(
    'PROJECT_PLATFORM_MISSING',
    `\`${image.name}\` is built for ${missing} on \`${parent.name}\`, which is built for ${offered.join(', ')}`,
    { hint: `Add \`${missing}\` to \`platforms\` of \`${parent.name}\`.` },
  );
}
