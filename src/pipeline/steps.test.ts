import { expect, test } from 'vitest';
import { imageSchema } from '../config/schema.ts';
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

test('an image for several platforms is refused rather than built for the first', () => {
  const many = {
    ...project,
    images: [image('app', { platforms: ['linux/amd64', 'linux/arm64'] })],
  };

  expect(() => planSteps(many, { goal: 'build', enginePlatform: 'linux/amd64' })).toThrow(
    expect.objectContaining({ code: 'PROJECT_PLATFORMS_UNSUPPORTED', exitCode: 2 }),
  );
});
