import { isSamePlatform } from '../kernel/platform.ts';
import type { PlannedStep } from '../kernel/run-events.ts';
import {
  assertParentFits,
  buildStepId,
  isForSeveral,
  isUntested,
  parentStepId,
  platformsOf,
  testStepId,
} from './platforms.ts';
import { assertImagesKnown, type Project, type ProjectImage } from './project.ts';

/** How far a plan goes. Each goal includes the ones before it. */
export const goals = ['build', 'test', 'ship'] as const;
export type Goal = (typeof goals)[number];

export interface StepSelection {
  readonly goal: Goal;
  /** Names of images to reach; their parents come along. @default all */
  readonly images?: readonly string[] | undefined;
  /** Used where an image names no platform. */
  readonly enginePlatform: string;
}

export const suiteNames = ['behaviour', 'structure', 'goss', 'script', 'spec', 'sut'] as const;
export type SuiteName = (typeof suiteNames)[number];

/**
 * The DAG of a run, parents before children. A test needs its build; a ship needs every test of the image
 * and of the images whose bytes it contains. An image for several platforms has a build and tests for each, and
 * one ship step, which waits for no test of a platform that is shipped untested.
 * @throws {PipelineError} PROJECT_IMAGE_UNKNOWN, PROJECT_PLATFORM_MISSING
 */
export function planSteps(project: Project, selection: StepSelection): readonly PlannedStep[] {
  assertImagesKnown(project, selection.images ?? []);
  const selected = withParents(project, selection.images);
  const images = project.images.filter((image) => selected.has(image.name));
  const depth = goals.indexOf(selection.goal);
  return images.flatMap((image) => {
    const place = { project, image, platforms: platformsOf(image, selection.enginePlatform) };
    const builds = buildSteps(place, selection.enginePlatform);
    return [
      ...builds,
      ...(depth >= goals.indexOf('test') ? testSteps(place) : []),
      ...(depth >= goals.indexOf('ship') && image.ship ? [shipStep(place, builds)] : []),
    ];
  });
}

interface Place {
  readonly project: Project;
  readonly image: ProjectImage;
  readonly platforms: readonly string[];
}

function buildSteps(
  { project, image, platforms }: Place,
  enginePlatform: string,
): readonly PlannedStep[] {
  const parents = project.images.filter(({ name }) => image.parents.includes(name));
  for (const parent of parents) assertParentFits(image, parent, enginePlatform);
  const ids = platforms.map((platform) => buildStepId(image, platform));
  return platforms.map((platform, index) => ({
    id: buildStepId(image, platform),
    kind: 'build',
    image: image.name,
    platform,
    needs: [
      ...image.parents.flatMap((name) =>
        parents
          .filter((parent) => parent.name === name)
          .map((parent) => parentStepId(parent, platform)),
      ),
      // What a hook makes for one platform must not change under the build of another.
      ...(image.hooks.pre_build === undefined ? [] : ids.slice(Math.max(0, index - 1), index)),
    ],
  }));
}

function testSteps({ image, platforms }: Place): readonly PlannedStep[] {
  return platforms.flatMap((platform) =>
    suitesOf(image).map((suite) => ({
      id: testStepId(image, platform, suite),
      kind: 'test',
      image: image.name,
      platform,
      suite,
      needs: [buildStepId(image, platform)],
    })),
  );
}

function shipStep(place: Place, builds: readonly PlannedStep[]): PlannedStep {
  const { image, platforms } = place;
  return {
    id: `ship:${image.name}`,
    kind: 'ship',
    image: image.name,
    platform: platforms.join(','),
    needs: [...builds.map(({ id }) => id), ...testsOfLineage(place)],
  };
}

/** Suites that the image's settings turn on. */
export function suitesOf(image: Pick<ProjectImage, 'suites'>): readonly SuiteName[] {
  return suiteNames.filter((name) => {
    const settings = image.suites[name];
    return settings !== undefined && settings !== false;
  });
}

function testsOfLineage({ project, image, platforms }: Place): readonly string[] {
  const lineage = withParents(project, [image.name]);
  return project.images
    .filter((each) => lineage.has(each.name))
    .flatMap((each) =>
      sharedPlatforms(each, platforms)
        .filter((platform) => !isUntested(each, platform))
        .flatMap((platform) => suitesOf(each).map((suite) => testStepId(each, platform, suite))),
    );
}

/** The platforms of a parent whose bytes are in an image for these. */
function sharedPlatforms(parent: ProjectImage, platforms: readonly string[]): readonly string[] {
  if (!isForSeveral(parent)) return platforms.slice(0, 1);
  return (parent.platforms ?? []).filter((each) =>
    platforms.some((platform) => isSamePlatform(each, platform)),
  );
}

function withParents(project: Project, names: readonly string[] | undefined): ReadonlySet<string> {
  const byName = new Map(project.images.map((image) => [image.name, image]));
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    byName.get(name)?.parents.forEach(visit);
  };
  (names ?? project.images.map((image) => image.name)).forEach(visit);
  return found;
}
