import type { PlannedStep } from '../kernel/run-events.ts';
import { PipelineError } from './errors.ts';
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

export const suiteNames = ['behaviour', 'script', 'spec'] as const;
export type SuiteName = (typeof suiteNames)[number];

/**
 * The DAG of a run, parents before children. A test needs its build; a ship needs every test of the image
 * and of the images whose bytes it contains.
 * @throws {PipelineError} PROJECT_IMAGE_UNKNOWN, PROJECT_PLATFORMS_UNSUPPORTED
 */
export function planSteps(project: Project, selection: StepSelection): readonly PlannedStep[] {
  assertImagesKnown(project, selection.images ?? []);
  const selected = withParents(project, selection.images);
  const images = project.images.filter((image) => selected.has(image.name));
  const depth = goals.indexOf(selection.goal);
  return images.flatMap((image) => {
    const platform = platformOf(image, selection.enginePlatform);
    const common = { image: image.name, platform };
    const build: PlannedStep = {
      ...common,
      id: `build:${image.name}`,
      kind: 'build',
      needs: image.parents.map((parent) => `build:${parent}`),
    };
    const tests = suitesOf(image).map((suite): PlannedStep => ({
      ...common,
      id: testStepId(image.name, suite),
      kind: 'test',
      suite,
      needs: [build.id],
    }));
    const ship: PlannedStep = {
      ...common,
      id: `ship:${image.name}`,
      kind: 'ship',
      needs: [build.id, ...testsOfLineage(project, image)],
    };
    return [
      build,
      ...(depth >= goals.indexOf('test') ? tests : []),
      ...(depth >= goals.indexOf('ship') && image.ship ? [ship] : []),
    ];
  });
}

/** Building the first of several and shipping it as if it were all would be a lie. */
function platformOf(image: ProjectImage, enginePlatform: string): string {
  const [platform = enginePlatform, ...others] = image.platforms ?? [];
  if (others.length === 0) return platform;
  throw new PipelineError(
    'PROJECT_PLATFORMS_UNSUPPORTED',
    `the image \`${image.name}\` asks for ${others.length + 1} platforms: ${[platform, ...others].join(', ')}`,
  );
}

function testStepId(image: string, suite: SuiteName): string {
  return `test:${image}:${suite}`;
}

/** Suites that the image's settings turn on. */
function suitesOf(image: ProjectImage): readonly SuiteName[] {
  return suiteNames.filter((name) => {
    const settings = image.suites[name];
    return settings !== undefined && settings !== false;
  });
}

function testsOfLineage(project: Project, image: ProjectImage): readonly string[] {
  const lineage = withParents(project, [image.name]);
  return project.images
    .filter((each) => lineage.has(each.name))
    .flatMap((each) => suitesOf(each).map((suite) => testStepId(each.name, suite)));
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
