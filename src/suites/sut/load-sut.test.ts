import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SuitePlace } from '../contract.ts';
import { loadSut } from './load-sut.ts';
import type { ServicePlan } from './sut-plan.ts';
import { load, projectWith } from './testing/sut-project.ts';

async function sut(compose: string, files = {}, env: SuitePlace['env'] = {}): Promise<ServicePlan> {
  const { plan } = await load(compose, files, env);
  const found = plan.services.at(-1);
  if (found?.name !== 'sut') throw new Error('sut is not the last service');
  return found;
}

describe('a Compose file', () => {
  it('of the documentation of Docker Hub runs the image under test', async () => {
    const plan = await sut('services:\n  sut:\n    build: .\n    command: run_tests.sh -x\n');

    expect(plan).toMatchObject({
      image: { kind: 'tested' },
      container: { command: ['run_tests.sh', '-x'], env: {} },
      networks: { default: ['sut'] },
      needs: [],
    });
  });

  it('of the first version has its services at the top, with links', async () => {
    const { plan } = await load(`
db:
  image: postgres:9.4
sut:
  build: .
  dockerfile: Dockerfile
  links: ['db:database', db]
  volumes: ['data:/data']
`);

    expect(plan.services).toMatchObject([
      {
        name: 'db',
        image: { kind: 'pulled', reference: 'postgres:9.4' },
        networks: { default: ['db', 'database'] },
      },
      {
        name: 'sut',
        image: { kind: 'tested' },
        needs: [{ service: 'db', condition: 'service_started' }],
      },
    ]);
  });

  it.each([
    ['environment: { A: 1.10, B: true, C: "x", D: null, E: yes }'],
    ['environment: [A=1.10, B=true, C=x, D, E=yes]'],
  ])('takes %s', async (environment) => {
    const { container } = await sut(
      `
services:
  sut:
    build: .
    ${environment}
`,
      {},
      { D: 'given' },
    );

    expect(container.env).toEqual({ A: '1.10', B: 'true', C: 'x', D: 'given', E: 'yes' });
  });

  it('reads files of variables, which `environment` overrides', async () => {
    const files = { 'a.env': 'A=file\nB=file\n', 'b.env': 'C="$B"\nD\n' };
    const { container } = await sut(
      `
services:
  sut:
    build: .
    env_file: [./a.env, { path: b.env }, { path: none.env, required: false }]
    environment: { A: own }
`,
      files,
      { D: 'outside' },
    );

    expect(container.env).toEqual({ A: 'own', B: 'file', C: '', D: 'outside' });
  });

  it('gives what a container may be told to the engine', async () => {
    const plan = await sut(`
x-common: &common
  user: nobody
services:
  sut:
    <<: *common
    image: team/app:old
    entrypoint: ''
    working_dir: /srv
    hostname: tester
    container_name: fixed
    extra_hosts: ['a:127.0.0.1', 'b=::1']
    cap_add: [NET_ADMIN]
    cap_drop: [ALL]
    read_only: true
    init: "true"
    tty: false
    stop_signal: SIGINT
    tmpfs: ['/run', '/tmp:size=1m,exec']
    labels: [a=b]
    healthcheck: { test: curl -f localhost, interval: 1m30s, timeout: 3s, retries: 3, start_period: 1s }
    restart: always
    x-note: mine
`);

    expect(plan).toMatchObject({
      image: { kind: 'tested' },
      container: {
        user: 'nobody',
        entrypoint: [''],
        workingDir: '/srv',
        hostname: 'tester',
        extraHosts: ['a:127.0.0.1', 'b:::1'],
        capabilities: ['NET_ADMIN'],
        droppedCapabilities: ['ALL'],
        isReadOnly: true,
        init: true,
        tty: false,
        stopSignal: 'SIGINT',
        tmpfs: { '/run': '', '/tmp': 'size=1m,exec' },
        labels: { a: 'b' },
        healthcheck: {
          test: ['CMD-SHELL', 'curl -f localhost'],
          intervalMs: 90_000,
          timeoutMs: 3000,
          startPeriodMs: 1000,
          retries: 3,
        },
      },
      networks: { default: ['sut', 'fixed'] },
    });
    expect(plan.container.restart).toBeUndefined();
  });

  it('mounts volumes, and paths of the project', async () => {
    await using project = await projectWith({
      'test/docker-compose.test.yml': `
services:
  sut:
    build: ..
    volumes:
      - /anonymous
      - data:/data:ro
      - ./reports:/reports:Z
      - ../src:/src:ro,cached
      - { type: bind, source: ., target: /test, read_only: true }
      - { type: volume, target: /more }
      - { type: tmpfs, target: /fast, tmpfs: { size: 1m } }
volumes: { data: }
`,
    });
    const { projectFolder } = project.place;

    const { plan } = await loadSut('test/docker-compose.test.yml', project.place);

    expect(plan.services[0]?.mounts).toEqual([
      { type: 'volume', target: '/anonymous', isReadOnly: false },
      { type: 'volume', source: 'data', target: '/data', isReadOnly: true },
      {
        type: 'bind',
        source: join(projectFolder, 'test/reports'),
        target: '/reports',
        isReadOnly: false,
      },
      { type: 'bind', source: join(projectFolder, 'src'), target: '/src', isReadOnly: true },
      { type: 'bind', source: join(projectFolder, 'test'), target: '/test', isReadOnly: true },
      { type: 'volume', target: '/more', isReadOnly: false },
    ]);
    expect(plan.services[0]?.container.tmpfs).toEqual({ '/fast': 'size=1048576' });
    expect(plan.volumes).toEqual(['data']);
    expect(plan.notices).toEqual(['sut: `z` and `Z` are not done: mounts are not relabelled']);
  });

  it('starts only what `sut` needs, each after its own needs, and says what else it does not do', async () => {
    const { plan } = await load(`
name: mine
services:
  worker: { image: worker }
  web:
    build: .
    depends_on: [db]
    ports: [80]
    logging: { driver: none }
    stop_grace_period: 1m
    networks: { front: { aliases: [www] }, back: }
  sut:
    image: $IMAGE_NAME
    depends_on: { web: { condition: service_healthy }, init: { condition: service_completed_successfully } }
    networks: [front]
  db: { image: db, container_name: the-db, restart: 'on-failure:3', networks: [back] }
  init: { image: init }
networks: { front: , back: { driver: bridge } }
`);

    expect(plan.services.map(({ name }) => name)).toEqual(['db', 'web', 'init', 'sut']);
    expect(plan.services[1]?.networks).toEqual({ front: ['web', 'www'], back: ['web'] });
    expect(plan.services[0]?.container.restart).toEqual({ when: 'on-failure', attempts: 3 });
    expect(plan.networks).toEqual(['back', 'front', 'default']);
    expect(plan.services[3]?.needs).toEqual([
      { service: 'web', condition: 'service_healthy' },
      { service: 'init', condition: 'service_completed_successfully' },
    ]);
    expect(plan.notices).toEqual([
      'not run, because `sut` does not need it: worker',
      expect.stringContaining('db: `container_name`'),
      expect.stringContaining('web: `ports` are not published'),
      expect.stringContaining('web: `stop_grace_period`'),
      expect.stringContaining('web: its log is read by Seatrial'),
    ]);
  });
});

describe('the image of a service', () => {
  it.each([
    ['build: .', 'tested'],
    ['build: { context: ./, dockerfile: Dockerfile, target: final, args: { LEVEL: 1 } }', 'tested'],
    ['build: { args: [LEVEL] }', 'tested'],
    ['{ build: ., image: me/other }', 'tested'],
    ['image: team/app:any', 'tested'],
    ['image: $IMAGE', 'tested'],
    ['image: "${DOCKER_REPO}:${DOCKER_TAG}"', 'tested'],
    ['image: other/app', 'pulled'],
    ['build: { context: . , target: test }', 'built'],
    ['build: { context: . , args: { LEVEL: 2 } }', 'built'],
    ['build: { context: . , dockerfile: Dockerfile.test }', 'built'],
    ['build: tests', 'built'],
    ['image: of-other-service', 'built'],
    ['build: { context: ., ssh: [default] }', 'composed'],
    ['build: https://example.org/x.git', 'composed'],
  ])('with %s is %s', async (keys, kind) => {
    const written = keys.startsWith('{') ? keys : `{ ${keys} }`;
    const { image } = await sut(
      `services:\n  sut: ${written}\n  other: { build: lib, image: of-other-service }\n`,
      {},
      { LEVEL: '1' },
    );

    expect(image.kind).toBe(kind);
  });
});

describe('variables', () => {
  it('come from the contract, the environment and `.env`, in this order', async () => {
    const loaded = await load(
      `services:
  sut:
    build: .
    command: [$SOURCE_BRANCH, $SOURCE_COMMIT, $DOCKERFILE_PATH, $A, $B, "\${C:-c}", $NONE]
    environment: [SOURCE_COMMIT, COMMIT_MSG]
`,
      { '.env': 'A=file\nB=file\n' },
      { A: 'outside', SOURCE_BRANCH: 'lies' },
    );

    expect(loaded.plan.services[0]?.container.command).toEqual([
      'main',
      'c0ffee',
      'Dockerfile',
      'outside',
      'file',
      'c',
      '',
    ]);
    expect(loaded.plan.services[0]?.container.env).toEqual({ SOURCE_COMMIT: 'c0ffee' });
    expect(loaded.variables).toEqual({
      A: 'outside',
      B: 'file',
      COMMIT_MSG: undefined,
      DOCKERFILE_PATH: 'Dockerfile',
      NONE: undefined,
      SOURCE_BRANCH: 'main',
      SOURCE_COMMIT: 'c0ffee',
      C: undefined,
    });
    expect(loaded.plan.notices).toEqual([expect.stringContaining('the variable NONE is not set')]);
  });
});

describe('keys that only Docker Compose does', () => {
  it('are found with their places, and nothing else is wrong', async () => {
    const { beyond } = await load(`
services:
  sut:
    build: .
    devices: [/dev/net/tun]
    networks: { default: { ipv4_address: 10.0.0.2 } }
    volumes: [{ type: volume, target: /x, volume: { nocopy: true } }]
  idle: { image: x, deploy: {} }
secrets: { a: { file: a } }
networks: { default: { internal: true } }
`);

    expect(beyond.map(({ line, message }) => [line, message])).toEqual([
      [5, '`devices` is for Docker Compose.'],
      [6, '`ipv4_address` is for Docker Compose.'],
      [7, '`volume` is for Docker Compose.'],
      [9, '`secrets` is for Docker Compose.'],
      [10, '`internal` is for Docker Compose.'],
    ]);
  });
});
