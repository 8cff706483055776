import { describe, expect, test } from 'vitest';
import { imageSchema } from '../config/schema.ts';
import type { PlannedStep } from '../kernel/run-events.ts';
import type { Project, ProjectImage } from './project.ts';
import { planSteps } from './steps.ts';

function image(name: string, settings: Partial<ProjectImage> = {}): ProjectImage {
  const entry = imageSchema.parse({});
  return {
    name,
    contextFolder: `/project/${name}`,
    dockerfilePath: `/project/${name}/Dockerfile`,
    dockerfileName: 'Dockerfile',
    args: {},
    labels: {},
    parents: [],
    profile: { run: entry.run },
    suites: entry.suites,
    hooks: {},
    facts: { exposedPorts: [], volumes: [], hasHealthcheck: false },
    warnings: [],
    ...settings,
  };
}

const script = { files: ['test.sh'], timeout: 1, env: [] };
const ship = { tags: ['latest'] };

const project: Project = {
  name: 'project',
  folder: '/project',
  images: [
    image('base', { suites: { behaviour: false, script } }),
    image('app', { parents: ['base'], ship }),
    image('other', { suites: { behaviour: false }, ship }),
  ],
};

function needs(
  selection: Partial<Parameters<typeof planSteps>[1]>,
): Record<string, readonly string[]> {
  const steps = planSteps(project, { goal: 'ship', enginePlatform: 'linux/amd64', ...selection });
  return Object.fromEntries(steps.map((step) => [step.id, step.needs]));
}

test('a test needs its build, and a ship needs the tests of the image and of its parents', () => {
  expect(needs({})).toEqual({
    'build:base': [],
    'test:base:script': ['build:base'],
    'build:app': ['build:base'],
    'test:app:behaviour': ['build:app'],
    'ship:app': ['build:app', 'test:base:script', 'test:app:behaviour'],
    'build:other': [],
    'ship:other': ['build:other'],
  });
});

test('the files of container-structure-test are a step of their own', () => {
  const structure = { files: ['x.yaml'], compat: false, timeout: 1, env: [] };
  const app = image('app', { suites: { behaviour: { skip: {}, may_write: [] }, structure } });

  const steps = planSteps(
    { ...project, images: [app] },
    { goal: 'test', enginePlatform: 'linux/amd64' },
  );

  expect(steps.map(({ id }) => id)).toEqual([
    'build:app',
    'test:app:behaviour',
    'test:app:structure',
  ]);
});

test('a goal ends the plan', () => {
  expect(Object.keys(needs({ goal: 'build' }))).toEqual(['build:base', 'build:app', 'build:other']);
  expect(Object.keys(needs({ goal: 'test' }))).not.toContain('ship:app');
});

test('a selected image brings its parents and nothing else', () => {
  expect(Object.keys(needs({ images: ['app'], goal: 'build' }))).toEqual([
    'build:base',
    'build:app',
  ]);
});

test('an image that the project does not have is refused with the one that was meant', () => {
  expect(() => needs({ images: ['ap'] })).toThrow(
    expect.objectContaining({
      code: 'PROJECT_IMAGE_UNKNOWN',
      exitCode: 2,
      hint: 'Did you mean `app`?',
    }),
  );
});

function stepsOf(...images: readonly ProjectImage[]): readonly PlannedStep[] {
  return planSteps({ ...project, images }, { goal: 'ship', enginePlatform: 'linux/amd64' });
}

function linesOf(steps: readonly PlannedStep[]): readonly string[] {
  return steps.map(({ id, platform, needs: ids }) => `${id} (${platform}) < ${ids.join(' ')}`);
}

describe('images for several platforms', () => {
  const both = ['linux/amd64', 'linux/arm64'];

  test('have a build and tests for each, on the parent of the same platform, and one ship step', () => {
    const base = image('base', { platforms: [...both, 'linux/s390x'] });
    const app = image('app', { parents: ['base'], platforms: both, ship });

    const steps = stepsOf(base, app);

    expect(linesOf(steps.filter((step) => step.image === 'app'))).toEqual([
      'build:app@linux/amd64 (linux/amd64) < build:base@linux/amd64',
      'build:app@linux/arm64 (linux/arm64) < build:base@linux/arm64',
      'test:app@linux/amd64:behaviour (linux/amd64) < build:app@linux/amd64',
      'test:app@linux/arm64:behaviour (linux/arm64) < build:app@linux/arm64',
      'ship:app (linux/amd64,linux/arm64) < build:app@linux/amd64 build:app@linux/arm64 test:base@linux/amd64:behaviour test:base@linux/arm64:behaviour test:app@linux/amd64:behaviour test:app@linux/arm64:behaviour',
    ]);
  });

  test('wait for no test of a platform that is shipped untested, which is planned to be told', () => {
    const steps = stepsOf(image('app', { platforms: both, untested: ['linux/arm64/v8'], ship }));

    expect(linesOf(steps)).toContain(
      'test:app@linux/arm64:behaviour (linux/arm64) < build:app@linux/arm64',
    );
    expect(linesOf(steps).at(-1)).toBe(
      'ship:app (linux/amd64,linux/arm64) < build:app@linux/amd64 build:app@linux/arm64 test:app@linux/amd64:behaviour',
    );
  });

  test('with a hook are built one after the other: what it makes must not change under a build', () => {
    const hooks = { pre_build: { run: 'make', inputs: [], creates: [] } };

    const steps = stepsOf(image('app', { platforms: both, hooks }));

    expect(steps[1]?.needs).toEqual(['build:app@linux/amd64']);
  });

  test('leave the ids of an image for one platform as they are, and it takes its part of them', () => {
    const base = image('base', { platforms: both });
    const app = image('app', { parents: ['base'], platforms: ['linux/arm64/v8'], ship });

    expect(linesOf(stepsOf(base, app)).slice(-3)).toEqual([
      'build:app (linux/arm64/v8) < build:base@linux/arm64',
      'test:app:behaviour (linux/arm64/v8) < build:app',
      'ship:app (linux/arm64/v8) < build:app test:base@linux/arm64:behaviour test:app:behaviour',
    ]);
  });

  test.each([
    ['that names no platform', image('base'), 'which is built for linux/amd64'],
    [
      'for others',
      image('base', { platforms: ['linux/amd64', 'linux/arm/v7'] }),
      'which is built for linux/amd64, linux/arm/v7',
    ],
  ])('on a parent %s are PROJECT_PLATFORM_MISSING', (_, base, offered) => {
    const app = image('app', { parents: ['base'], platforms: both });

    expect(() => stepsOf(base, app)).toThrow(
      expect.objectContaining({
        code: 'PROJECT_PLATFORM_MISSING',
        exitCode: 2,
        message: `\`app\` is built for linux/arm64 on \`base\`, ${offered}`,
        hint: 'Add `linux/arm64` to `platforms` of `base`.',
      }),
    );
  });

  test('on an image for one platform, whatever it says, change nothing for one platform', () => {
    const app = image('app', { parents: ['base'], platforms: ['linux/arm64'] });

    expect(linesOf(stepsOf(image('base'), app))[2]).toBe('build:app (linux/arm64) < build:base');
  });
});
