import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../kernel/errors.ts';
import { findProjectFolder } from './project-folder.ts';
import { loadProject, type LoadProjectOptions } from './project-load.ts';
import { assertImagesKnown, repositoryOf, type Project } from './project.ts';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'seatrial-test-project-')));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

async function load(
  files: Readonly<Record<string, string>>,
  options: Partial<LoadProjectOptions> = {},
): Promise<Project> {
  await write(files);
  return await loadProject({ folder, env: {}, git: {}, checkIds: ['starts'], ...options });
}

/** Name and parents of each image, in order. */
function graphOf(project: Project): readonly string[] {
  return project.images.map(({ name, parents }) => [name, ...parents].join(' < '));
}

async function complaint(files: Readonly<Record<string, string>>): Promise<string> {
  const error: unknown = await load(files).catch((thrown: unknown) => thrown);
  if (!(error instanceof AppError)) throw new Error(`no AppError: ${String(error)}`);
  return `${error.code}: ${error.message.replaceAll(folder, '<folder>')}`;
}

describe('a project without configuration', () => {
  const git = { remote: 'git@example.org:team/My_App.git' };

  test.each([
    ['services:\n  sut:\n    build: .\n', ['docker-compose.test.yml']],
    ['"sut": { build: . }\n', ['docker-compose.test.yml']],
    ['services:\n  db:\n    image: postgres\n', undefined],
  ])('is tested as on Docker Hub, by a file with a service `sut`: %j', async (text, files) => {
    const project = await load({ Dockerfile: 'FROM scratch\n', 'docker-compose.test.yml': text });

    expect(project.images[0]?.suites.sut?.files).toEqual(files);
  });

  test('has the name of its remote, made into a valid one for the image', async () => {
    const project = await load({ Dockerfile: 'FROM scratch\nEXPOSE 80\n' }, { git });

    expect(project).toMatchObject({ name: 'My_App', configFile: undefined, registry: undefined });
    expect(project.images).toHaveLength(1);
    expect(project.images[0]).toMatchObject({
      name: 'my_app',
      contextFolder: folder,
      dockerfilePath: join(folder, 'Dockerfile'),
      dockerfileName: 'Dockerfile',
      args: {},
      parents: [],
      ship: undefined,
      suites: { behaviour: { skip: {} } },
      facts: { exposedPorts: ['80/tcp'], volumes: [] },
      warnings: [],
    });
  });

  test.each([
    ['https://example.org/team/app', 'app'],
    ['https://example.org/team/app.git/', 'app'],
    ['ssh://git@example.org:22/App.git', 'app'],
    ['git@example.org:app.git', 'app'],
    ['/srv/git/web.app', 'web.app'],
    ['https://example.org/-weird__.name-', 'weird-name'],
    ['https://example.org/日本', 'image'],
  ])('with the remote %s has the image %s', async (remote, name) => {
    const project = await load({ Dockerfile: 'FROM scratch\n' }, { git: { remote } });

    expect(project.images[0]?.name).toBe(name);
  });

  test('has the name of its folder without a remote', async () => {
    await write({ 'the-app/Dockerfile': 'FROM scratch\n' });

    const project = await loadProject({
      folder: join(folder, 'the-app'),
      env: {},
      git: {},
      checkIds: [],
    });

    expect(project.images[0]?.name).toBe('the-app');
  });

  test('has an image for each Dockerfile beside the first', async () => {
    const project = await load(
      {
        Dockerfile: 'FROM base\n',
        'Dockerfile.base': 'FROM scratch\n',
        'tools.Dockerfile': 'FROM my_app\n',
        'Dockerfile.dockerignore': 'x',
        'Dockerfile.bak': 'FROM nothing\n',
        'Dockerfile.md': '# how',
        'sub/Dockerfile': 'FROM nothing\n',
      },
      { git },
    );

    expect(graphOf(project)).toEqual(['base', 'my_app < base', 'tools < my_app']);
  });

  test('has an image for each folder when there is none at the top', async () => {
    const project = await load({
      'app/Dockerfile': 'FROM base\n',
      'base/Dockerfile': 'FROM scratch\n',
      'docs/readme': '',
      '.hidden/Dockerfile': 'FROM nothing\n',
      'node_modules/Dockerfile': 'FROM nothing\n',
    });

    expect(graphOf(project)).toEqual(['base', 'app < base']);
    expect(project.images[1]?.contextFolder).toBe(join(folder, 'app'));
  });

  test('numbers names that would be the same', async () => {
    const project = await load({
      'A/Dockerfile': 'FROM scratch\n',
      'a/Dockerfile': 'FROM scratch\n',
    });

    expect(graphOf(project)).toEqual(['a', 'a-2']);
  });

  test('takes a public image of the same name for what it is', async () => {
    const project = await load({
      'nginx/Dockerfile': 'FROM nginx:1.27\n',
      'app/Dockerfile': 'FROM nginx:1.27\nCOPY --from=nginx@sha256:' + 'a'.repeat(64) + ' / /\n',
    });

    expect(graphOf(project)).toEqual(['app', 'nginx']);
  });

  test('may have a registry in the environment', async () => {
    const env = { SEATRIAL_REGISTRY: 'localhost:5000' };

    expect((await load({ Dockerfile: 'FROM scratch\n' }, { env })).registry).toBe('localhost:5000');
  });

  test('and without a Dockerfile is PROJECT_NOT_FOUND', async () => {
    expect(await complaint({ 'a/b/Dockerfile': 'FROM scratch\n' })).toContain('PROJECT_NOT_FOUND');
  });

  test('can be asked for although there is one', async () => {
    const project = await load(
      { Dockerfile: 'FROM scratch\n', 'seatrial.yaml': 'images: { other: {} }' },
      { git, isDerived: true },
    );

    expect(graphOf(project)).toEqual(['my_app']);
  });
});

test('a configuration chosen by hand makes its own folder the project', async () => {
  const project = await load(
    {
      'sub/other.yaml': 'images: { app: { context: app } }',
      'sub/app/Dockerfile': 'FROM scratch\n',
    },
    { configFile: 'sub/other.yaml' },
  );

  expect(project).toMatchObject({
    folder: join(folder, 'sub'),
    configFile: join(folder, 'sub/other.yaml'),
    images: [{ contextFolder: join(folder, 'sub/app') }],
  });
});

describe('the graph', () => {
  test('comes from arguments, FROM, COPY and mounts', async () => {
    const project = await load({
      'seatrial.yaml': `
registry: localhost:5000
images:
  all:
    context: all
    args: { BASE: { image: by-arg } }
  by-arg: { context: x }
  by-name: { context: x }
  by-repository: { context: x, ship: { repository: team/repo } }
  by-registry: { context: x, ship: {} }
  by-copy: { context: x }
  by-mount: { context: x }
  unreached: { context: x }
`,
      'x/Dockerfile': 'FROM scratch\n',
      'all/Dockerfile': `
ARG BASE
FROM unreached AS not-needed
FROM by-name:latest AS one
FROM team/repo:1.2 AS two
FROM localhost:5000/by-registry AS three
FROM $BASE
COPY --from=one / /
COPY --from=two / /
COPY --from=three / /
COPY --from=by-copy / /
RUN --mount=type=bind,from=by-mount,target=/x y
`,
    });

    expect(project.images.at(-2)?.name).toBe('all');
    expect(project.images.at(-2)?.parents).toEqual([
      'by-arg',
      'by-name',
      'by-repository',
      'by-registry',
      'by-copy',
      'by-mount',
    ]);
  });

  test('keeps the order of the file where it can', async () => {
    const project = await load({
      'seatrial.yaml': 'images: { d: { context: d }, b: {}, c: {}, a: {} }',
      Dockerfile: 'FROM scratch\n',
      'd/Dockerfile': 'FROM a\n',
    });

    expect(graphOf(project)).toEqual(['a', 'd < a', 'b', 'c']);
  });

  test('depends on the platforms of the image', async () => {
    const project = await load({
      'seatrial.yaml':
        'images: { app: { context: a, platforms: [linux/amd64, linux/arm64] }, base-arm64: {} }',
      Dockerfile: 'FROM scratch\n',
      'a/Dockerfile': 'FROM base-$TARGETARCH\n',
    });

    expect(graphOf(project)).toEqual(['base-arm64', 'app < base-arm64']);
  });

  test('with a cycle is PROJECT_CYCLE with all its places', async () => {
    expect(
      await complaint({
        'seatrial.yaml': `images:
  free: { context: free }
  a:
    context: a
    args: { BASE: { image: b } }
  b: { context: b }
  c: { context: c }
`,
        'free/Dockerfile': 'FROM a\n',
        'a/Dockerfile': 'ARG BASE\nFROM $BASE\n',
        'b/Dockerfile': 'FROM scratch\nCOPY --from=c / /\n',
        'c/Dockerfile': 'FROM a\n',
      }),
    ).toMatchInlineSnapshot(`
      "PROJECT_CYCLE: images are built on each other in a circle: a -> b -> c -> a
      3 problems in seatrial.yaml and b/Dockerfile and c/Dockerfile

      b/Dockerfile:2:13: \`b\` is built on \`c\`.
        2 | COPY --from=c / /
          |             ^

      c/Dockerfile:1:6: \`c\` is built on \`a\`.
        1 | FROM a
          |      ^

      seatrial.yaml:5:28: \`a\` is built on \`b\`.
        5 |     args: { BASE: { image: b } }
          |                            ^"
    `);
  });
});

describe('paths', () => {
  test.each<[string, Record<string, string>, string]>([
    [
      'a context outside the project',
      { 'seatrial.yaml': 'images:\n  app:\n    context: ../x\n' },
      'seatrial.yaml:3:14: The context `../x` is outside the project.',
    ],
    [
      'a context that climbs out and in',
      { 'seatrial.yaml': 'images:\n  app:\n    context: a/../../x\n' },
      'The context `a/../../x` is outside the project.',
    ],
    [
      'a context that does not exist',
      { 'seatrial.yaml': 'images:\n  app:\n    context: ap\n', 'app/Dockerfile': 'FROM scratch\n' },
      'seatrial.yaml:3:14: The context `ap` does not exist.\n  3 |     context: ap\n    |              ^^\n  Did you mean `app`?',
    ],
    [
      'a context that is a file',
      { 'seatrial.yaml': 'images:\n  app:\n    context: file\n', file: '' },
      'The context `file` is no folder.',
    ],
    [
      'a Dockerfile that does not exist',
      { 'seatrial.yaml': 'images:\n  app: {}\n', dockerfile: 'FROM scratch\n' },
      'seatrial.yaml:2:3: The Dockerfile `Dockerfile` does not exist.',
    ],
    [
      'a Dockerfile that is a folder',
      { 'seatrial.yaml': 'images:\n  app: {}\n', 'Dockerfile/x': '' },
      'The Dockerfile `Dockerfile` is a folder.',
    ],
    [
      'a Dockerfile outside its context',
      {
        'seatrial.yaml': 'images:\n  app: { context: a, dockerfile: ../Dockerfile }\n',
        'a/x': '',
        Dockerfile: 'FROM scratch\n',
      },
      'The Dockerfile `../Dockerfile` is outside the context `a`.',
    ],
  ])('%s is PROJECT_PATH_INVALID', async (_, files, message) => {
    expect(await complaint(files)).toMatch(/^PROJECT_PATH_INVALID: 1 problem in seatrial\.yaml/u);
    expect(await complaint(files)).toContain(message);
  });

  test('a context that is a link to outside is PROJECT_PATH_INVALID', async () => {
    await symlink(tmpdir(), join(folder, 'app'));

    const message = await complaint({ 'seatrial.yaml': 'images:\n  app:\n    context: app\n' });

    expect(message).toContain('PROJECT_PATH_INVALID');
    expect(message).toContain('The context `app` is a link to');
    expect(message).toContain('outside the project.');
  });

  test('a Dockerfile that is a link to outside is PROJECT_PATH_INVALID', async () => {
    await symlink('/etc/hostname', join(folder, 'Dockerfile'));

    expect(await complaint({ 'seatrial.yaml': 'images: { app: {} }' })).toContain(
      'PROJECT_PATH_INVALID',
    );
  });

  test('a link inside the project is followed', async () => {
    await write({ 'real/Dockerfile': 'FROM scratch\n' });
    await symlink('real', join(folder, 'app'));

    const project = await load({ 'seatrial.yaml': 'images: { app: { context: app } }' });

    expect(project.images[0]?.dockerfileName).toBe('Dockerfile');
  });

  test('all wrong ones are told at once', async () => {
    const message = await complaint({
      'seatrial.yaml': 'images:\n  a: { context: ../a }\n  b: { context: ../b }\n',
    });

    expect(message).toContain('2 problems in seatrial.yaml');
  });

  test('a Dockerfile in a folder of the context keeps its path there', async () => {
    const project = await load({
      'seatrial.yaml': 'images: { app: { dockerfile: ./docker/../docker/app.Dockerfile } }',
      'docker/app.Dockerfile': 'FROM scratch\n',
    });

    expect(project.images[0]).toMatchObject({
      contextFolder: folder,
      dockerfilePath: join(folder, 'docker/app.Dockerfile'),
      dockerfileName: 'docker/app.Dockerfile',
    });
  });
});

describe('tags', () => {
  const Dockerfile = 'FROM scratch\n';

  test('that two images would write are PROJECT_TAG_CONFLICT', async () => {
    expect(
      await complaint({
        Dockerfile,
        'seatrial.yaml': `registry: localhost:5000
images:
  a:
    ship: { repository: team/app, tags: [semver, latest] }
  b:
    ship:
      repository: localhost:5000/team/app
      tags: ['{commit:7}', { tag: latest, when: { branch: main } }, '{major}']
`,
      }),
    ).toMatchInlineSnapshot(`
      "PROJECT_TAG_CONFLICT: 2 problems in seatrial.yaml

      seatrial.yaml:8:35: \`b\` would write localhost:5000/team/app:latest, which \`a\` writes in line 4.
        8 |       tags: ['{commit:7}', { tag: latest, when: { branch: main } }, '{major}']
          |                                   ^^^^^^

      seatrial.yaml:8:69: \`b\` would write localhost:5000/team/app:{major}, which \`a\` writes in line 4.
        8 |       tags: ['{commit:7}', { tag: latest, when: { branch: main } }, '{major}']
          |                                                                     ^^^^^^^^^"
    `);
  });

  test('may be the same in repositories of their own, and different in one', async () => {
    const project = await load({
      Dockerfile,
      'seatrial.yaml': `images:
  a: { ship: { repository: team/a } }
  b: { ship: { repository: team/b } }
  c: { ship: { repository: team/a, tags: ['{version}-slim', slim] } }
  d: { ship: false }
  e: { ship: { tags: [latest, { tag: latest, when: { tag: 'v*' } }] } }
`,
    });

    expect(project.images).toHaveLength(5);
  });

  test('of the default repository can conflict too', async () => {
    const message = await complaint({
      Dockerfile,
      'seatrial.yaml': 'images:\n  a: { ship: {} }\n  b: { ship: { repository: a } }\n',
    });

    expect(message).toContain('PROJECT_TAG_CONFLICT');
    expect(message).toContain('`b` would write docker.io/library/a:latest');
  });
});

describe('a Dockerfile that is wrong', () => {
  test('is told with its place', async () => {
    const message = await complaint({
      'seatrial.yaml': 'images: { app: { context: app, target: biuld } }',
      'app/Dockerfile': 'FROM a AS build\nRUN x\n  && y\n',
    });

    expect(message).toContain(
      'DOCKERFILE_SYNTAX: app/Dockerfile:3:3: there is no instruction `&&`',
    );
  });

  test('has no such target', async () => {
    const message = await complaint({
      'seatrial.yaml': 'images: { app: { target: biuld } }',
      Dockerfile: 'FROM a AS build\n',
    });

    expect(message).toBe('DOCKERFILE_UNKNOWN_TARGET: Dockerfile has no stage `biuld`');
  });

  test('only does not know an argument, which is a warning', async () => {
    const project = await load({
      'seatrial.yaml': 'images: { app: { args: { VERSOIN: 1, OTHER: 2, HTTP_PROXY: x } } }',
      Dockerfile: 'ARG VERSION\nFROM a\n',
    });

    expect(project.images[0]?.warnings).toEqual([
      'no ARG of Dockerfile declares `VERSOIN`. Did you mean `VERSION`?',
      'no ARG of Dockerfile declares `OTHER`.',
    ]);
  });
});

describe('the registry', () => {
  const files = {
    Dockerfile: 'FROM scratch\n',
    'seatrial.yaml': 'registry: a.io\nimages: { app: {} }',
  };

  test('comes from the option, the environment and the configuration, in this order', async () => {
    const env = { SEATRIAL_REGISTRY: 'b.io' };

    expect((await load(files)).registry).toBe('a.io');
    expect((await load(files, { env })).registry).toBe('b.io');
    expect((await load(files, { env, registry: 'c.io' })).registry).toBe('c.io');
  });

  test.each([
    [undefined, 'localhost:5000', 'localhost:5000/app'],
    [undefined, 'ghcr.io/me', 'ghcr.io/me/app'],
    ['team/x', 'localhost:5000', 'localhost:5000/team/x'],
    ['ghcr.io/team/x', 'localhost:5000', 'ghcr.io/team/x'],
    ['team/x', undefined, 'docker.io/team/x'],
    ['team/x', 'docker.io', 'docker.io/team/x'],
  ])('makes of the repository %s with %s: %s', (repository, registry, whole) => {
    expect(repositoryOf({ name: 'app', ship: { repository, tags: ['latest'] } }, registry)).toBe(
      whole,
    );
  });

  test('that nobody names is PROJECT_REGISTRY_MISSING', () => {
    expect(() => repositoryOf({ name: 'app', ship: { tags: ['latest'] } }, undefined)).toThrow(
      expect.objectContaining({ code: 'PROJECT_REGISTRY_MISSING' }),
    );
  });
});

test('what is no secret to the gate is none to the suites', async () => {
  const project = await load({
    'seatrial.yaml': 'images:\n  app: { ship: { not_secret: { API_TOKEN: made up } } }\n',
    Dockerfile: 'FROM scratch\n',
  });

  expect(project.images[0]?.profile.notSecret).toEqual({ API_TOKEN: 'made up' });
});

test('a name that no image has is PROJECT_IMAGE_UNKNOWN with a suggestion', async () => {
  const project = await load({ 'app/Dockerfile': 'FROM a\n', 'base/Dockerfile': 'FROM a\n' });

  const assertKnown = (names: readonly string[]) => (): void => assertImagesKnown(project, names);

  expect(assertKnown(['app', 'base'])).not.toThrow();
  expect(assertKnown(['app', 'bse'])).toThrow(
    expect.objectContaining({ code: 'PROJECT_IMAGE_UNKNOWN', hint: 'Did you mean `base`?' }),
  );
  expect(assertKnown(['kubernetes'])).toThrow(
    expect.objectContaining({ hint: 'Name some of `app`, `base`.' }),
  );
});

describe('the folder of a project', () => {
  test('is the nearest with a configuration, up to the top of the checkout', async () => {
    await write({
      'seatrial.yaml': '',
      '.git/HEAD': '',
      'a/b/c': '',
      'x/seatrial.config.ts': '',
      'x/y/z': '',
    });

    expect(await findProjectFolder(join(folder, 'a/b'))).toBe(folder);
    expect(await findProjectFolder(folder)).toBe(folder);
    expect(await findProjectFolder(join(folder, 'x/y'))).toBe(join(folder, 'x'));
  });

  test('is the current one when the checkout has no configuration', async () => {
    await write({ 'seatrial.yaml': '', 'repo/.git': 'gitdir: x', 'repo/a/Dockerfile': '' });

    expect(await findProjectFolder(join(folder, 'repo/a'))).toBe(join(folder, 'repo/a'));
  });

  test('outside a checkout is the current one, whatever lies above', async () => {
    await write({ 'seatrial.config.ts': '', 'a/b': '' });

    expect(await findProjectFolder(join(folder, 'a'))).toBe(join(folder, 'a'));
  });
});
