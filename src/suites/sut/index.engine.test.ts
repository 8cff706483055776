import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileSuite } from '../../config/suite-schema.ts';
import { labelNames } from '../../engine/labels.ts';
import { processEnvironment } from '../../host/environment.ts';
import { runProcess } from '../../host/process.ts';
import { serveRegistry } from '../../registry/embedded/serve-registry.ts';
import { openSuiteBench, type SuiteBench } from '../testing/suite-bench.ts';
import { sutSuite } from './index.ts';

const FILE = 'docker-compose.test.yml';

function settings(overrides: Partial<FileSuite> = {}): FileSuite {
  return { files: [FILE], timeout: 60_000, env: [], ...overrides };
}

async function objectsOf(bench: SuiteBench): Promise<readonly string[]> {
  const run = bench.scope.labels[labelNames.run] ?? '';
  const objects = await bench.scope.engine.objects.list([`${labelNames.run}=${run}`]);
  return objects.map(({ kind, name }) => `${kind} ${name}`);
}

describe('a suite of Compose files', () => {
  it('passes when `sut` reaches a healthy service by its name, and leaves nothing', async () => {
    await using bench = await openSuiteBench({ env: { WORD: 'from outside' } });
    await bench.write('www/index.html', 'hello\n');
    await bench.write('vars.env', 'GREETING=hello\n');
    await bench.write(
      FILE,
      `version: '3.4'
services:
  web:
    build: .
    command: httpd -f -p 8000 -h /www
    volumes: ['./www:/www:ro']
    ports: ['8000:8000']
    networks: { back: { aliases: [site] }, default: {} }
    healthcheck: { test: [CMD, wget, -qO-, 'http://127.0.0.1:8000/'], interval: 500ms }
  seed:
    image: team/under-test
    command: sh -c 'echo 42 > /data/answer'
    volumes: ['data:/data']
  sut:
    image: \${IMAGE_NAME:-nothing}
    command: ['sh', '-ec', 'test "$$(wget -qO- http://site:8000/)" = $$GREETING; cat /data/answer; echo $$WORD; touch /own 2>&1 || true; touch /tmp/x; hostname; ping -c 1 nowhere.test']
    environment: [WORD]
    env_file: vars.env
    volumes: ['data:/data:ro']
    networks: [back]
    read_only: true
    tmpfs: /tmp
    hostname: tester
    extra_hosts: ['nowhere.test:127.0.0.1']
    depends_on:
      web: { condition: service_healthy }
      seed: { condition: service_completed_successfully }
  idle:
    image: nobody/has-this
networks: { back: {} }
volumes: { data: {} }
`,
    );

    const cases = await sutSuite.run(settings(), bench.context);

    expect(cases).toMatchObject([
      {
        suite: 'sut',
        id: FILE,
        verdict: 'pass',
        message: '`sut` ended with exit code 0',
        command: `docker compose -f ${FILE} run --rm sut`,
      },
    ]);
    expect(bench.progress).toEqual([`started ${FILE}`, `finished ${FILE}`]);
    expect(bench.output()).toContain(
      '42\nfrom outside\ntouch: /own: Read-only file system\ntester',
    );
    expect(bench.output()).toMatch(/notice: not run, .*: idle\n.*notice: web: `ports` are not/su);
    await expect(objectsOf(bench)).resolves.toEqual([]);
  });

  it('fails with the exit code and the logs of all, and for what keeps `sut` from starting', async () => {
    await using bench = await openSuiteBench();
    await bench.write(
      'early.test.yml',
      `web:
  build: .
  command: sh -c 'echo no port left; exit 3'
sut:
  build: .
  command: sh -c 'until ! ping -c 1 -W 1 site >/dev/null 2>&1; do :; done; echo refused; exit 7'
  links: ['web:site']
`,
    );
    await bench.write(
      'sick.test.yml',
      `services:
  db:
    build: .
    command: sleep 1000
    healthcheck: { test: echo not yet; exit 1, interval: 200ms, retries: 1 }
  other:
    build: .
    command: sleep 1000
  sut:
    build: .
    depends_on:
      db: { condition: service_healthy }
      other: { condition: service_completed_successfully }
`,
    );

    const [early, sick] = await sutSuite.run(settings({ files: ['*.test.yml'] }), bench.context);

    expect(early).toMatchObject({
      verdict: 'fail',
      severity: 'error',
      message: '`sut` ended with exit code 7',
      evidence:
        'web, ended with exit code 3:\nno port left\n\nsut, ended with exit code 7:\nrefused',
    });
    expect(sick).toMatchObject({
      verdict: 'fail',
      message: '`db` is unhealthy, and was to become healthy, so `sut` was not started',
    });
    expect(sick?.evidence).toContain('db, running:\nits health check: not yet\n(no output)');
    await expect(objectsOf(bench)).resolves.toEqual([]);
  });

  it('takes the image under test in the place of a release, pulls what is not there, and fails for a build that fails', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sut-registry-'));
    await using registry = await serveRegistry({ folder });
    await using bench = await openSuiteBench({ image: { files: { '/marker': 'tested\n' } } });
    const pulled = `${registry.host}/seatrial-test/sut:1`;
    await docker('tag', bench.context.image.ref, pulled);
    await docker('push', pulled);
    await docker('rmi', pulled);
    await bench.write('tests/Dockerfile', 'FROM team/under-test\nARG WORD\nENV WORD=$WORD\n');
    await bench.write('broken/Dockerfile', 'FROM team/under-test\nCOPY none /\n');
    await bench.write('a-broken.test.yml', 'sut: { build: broken }\n');
    await bench.write(
      'b-passing.test.yml',
      `services:
  data: { image: '${pulled}', command: 'true' }
  sut:
    build: { context: tests, args: { WORD: spoken } }
    command: sh -c 'cat /marker; echo $$WORD'
    depends_on: { data: { condition: service_completed_successfully } }
`,
    );
    await bench.write('c-absent.test.yml', `sut: { image: '${registry.host}/none' }\n`);

    try {
      const cases = await sutSuite.run(settings({ files: ['[ab]-*.test.yml'] }), bench.context);
      const absent = sutSuite.run(settings({ files: ['c-absent.test.yml'] }), bench.context);

      expect(cases).toMatchObject([{ verdict: 'fail' }, { verdict: 'pass' }]);
      expect(cases[0]?.message).toContain('The image of sut could not be built');
      expect(bench.output()).toContain(`pulling ${pulled}\n`);
      expect(bench.output()).toContain('tested\nspoken\n');
      await expect(absent).rejects.toMatchObject({ code: 'ENGINE_PULL_FAILED', exitCode: 3 });
    } finally {
      await docker('rmi', '-f', pulled);
      await removeBuilt(bench);
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('leaves a file with other keys to Docker Compose, or SUT_NO_COMPOSE where there is none', async () => {
    await using bench = await openSuiteBench({ env: { SYSTEM_PATH: systemPath } });
    const { projectFolder } = bench.context;
    await bench.write(
      'bin/docker',
      `#!/bin/sh
case "$*" in
  'compose version --short') echo 9.9.9; exit 0;;
esac
PATH=$SYSTEM_PATH
echo "arguments: $*"
docker run -d --network none "$IMAGE" sleep 1000 >/dev/null
while [ "$1" != --file ]; do shift; done
cat "$2"
exit 5
`,
    );
    await bench.write(FILE, 'services: { sut: { build: ., devices: [/dev/null] } }\n');
    const env = { ...bench.context.env, PATH: `${join(projectFolder, 'bin')}:${systemPath}` };

    const [found] = await sutSuite.run(settings(), { ...bench.context, env });
    const without = sutSuite.run(settings(), { ...bench.context, env: { PATH: '/nowhere' } });

    expect(found).toMatchObject({ verdict: 'fail', message: '`sut` ended with exit code 5' });
    expect(found?.evidence).toMatch(/image: seatrial-scratch\/\w+:latest$/u);
    expect(bench.output()).toMatch(
      /notice: run by Docker Compose 9\.9\.9: `devices` .* \(line 1\)\narguments: compose --project-name seatrial-\w+ .* run --rm -T --use-aliases sut\n/u,
    );
    await expect(without).rejects.toMatchObject({ code: 'SUT_NO_COMPOSE', exitCode: 3 });
    await expect(without).rejects.toThrow(/:1:\d+: `devices` is for Docker Compose\./u);
    await expect(objectsOf(bench)).resolves.toEqual([]);
  });

  it('fails what is not done in time, and loses what is cancelled', async () => {
    const stop = new AbortController();
    await using bench = await openSuiteBench({ signal: stop.signal });
    await bench.write(FILE, 'sut: { build: ., command: sleep 1000, ports: [80] }\n');
    const { report } = bench.context;
    const output = (): void => stop.abort();

    const late = await sutSuite.run(settings({ timeout: 1 }), bench.context);
    const cancelled = await sutSuite.run(settings(), {
      ...bench.context,
      report: { ...report, output },
    });
    const never = await sutSuite.run(settings(), bench.context);

    expect(late).toMatchObject([
      {
        verdict: 'fail',
        message: 'Did not end within 0.001 s, the limit in suites.sut.timeout',
      },
    ]);
    expect(cancelled).toMatchObject([{ verdict: 'lost', reason: 'The run was cancelled.' }]);
    expect(never).toMatchObject([{ verdict: 'lost', reason: 'The run was cancelled before it.' }]);
    await expect(objectsOf(bench)).resolves.toEqual([]);
  });
});

const systemPath = processEnvironment()['PATH'] ?? '';

async function docker(...argv: readonly string[]): Promise<void> {
  const { exitCode, output } = await runProcess('docker', argv, { env: processEnvironment() });
  if (exitCode !== 0) throw new Error(`docker ${argv.join(' ')}: ${output}`);
}

/** The images that a suite has built stay for the next run; those of a test have none. */
async function removeBuilt({ context, scope }: SuiteBench): Promise<void> {
  const { images } = scope.engine;
  const all = await images.list([]);
  const prefix = `localhost/seatrial/${context.image.name}-sut-`;
  const built = all.flatMap(({ tags }) => tags.filter((tag) => tag.startsWith(prefix)));
  for (const tag of built) await images.remove(tag);
}
