import { randomBytes } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ScriptSuite } from '../../config/suite-schema.ts';
import { labelNames } from '../../engine/labels.ts';
import { openSuiteBench, type SuiteBench, type SuiteBenchOptions } from '../testing/suite-bench.ts';
import { scriptSuite } from './index.ts';

function settings(overrides: Partial<ScriptSuite> = {}): ScriptSuite {
  return {
    files: ['test/*.test.sh'],
    timeout: 60_000,
    env: [],
    parallel: false,
    allow: [],
    ...overrides,
  };
}

/** A bench with one script, `test/x.test.sh`. */
async function benchWith(script: string, options: SuiteBenchOptions = {}): Promise<SuiteBench> {
  const bench = await openSuiteBench({ image: { command: ['sleep', '1000'] }, ...options });
  await bench.write('test/x.test.sh', script);
  return bench;
}

async function objectsOf(bench: SuiteBench): Promise<readonly string[]> {
  const run = bench.scope.labels[labelNames.run] ?? '';
  const objects = await bench.scope.engine.objects.list([`${labelNames.run}=${run}`]);
  return objects.map(({ kind, name }) => `${kind} ${name}`);
}

test('a script of the usual style passes, and nothing of it is left', async () => {
  await using bench = await benchWith(`#!/bin/sh
set -eu
id=$(docker run -d "$IMAGE")
trap 'docker rm -f -v "$id"' EXIT
test "$(docker exec "$id" echo hello)" = hello
`);

  const cases = await scriptSuite.run(settings(), bench.context);

  expect(cases).toMatchObject([
    {
      suite: 'script',
      id: 'test/x.test.sh',
      verdict: 'pass',
      message: 'Ended with exit code 0',
      command: `IMAGE=${bench.context.image.ref} ./test/x.test.sh`,
    },
  ]);
  expect(bench.progress).toEqual(['started test/x.test.sh', 'finished test/x.test.sh']);
  await expect(objectsOf(bench)).resolves.toEqual([]);
});

test('IMAGE runs exactly the image under test', async () => {
  await using bench = await benchWith(
    '#!/bin/sh\ndocker inspect -f {{.Id}} "$IMAGE"\ndocker run --rm "$IMAGE" true\n',
  );

  const cases = await scriptSuite.run(settings(), bench.context);

  expect(cases).toMatchObject([{ verdict: 'pass' }]);
  expect(bench.output().trim()).toBe(bench.context.image.record.id);
});

test('another exit code is a failure with the last lines of output', async () => {
  await using bench = await benchWith('#!/bin/sh\nseq 1 100\necho wrong answer >&2\nexit 3\n');

  const [found] = await scriptSuite.run(settings(), bench.context);

  expect(found).toMatchObject({
    verdict: 'fail',
    severity: 'error',
    message: 'Ended with exit code 3',
  });
  expect(found?.fix).toContain('run the script by hand');
  expect(found?.evidence?.split('\n')).toHaveLength(40);
  expect(found?.evidence?.endsWith('100\nwrong answer')).toBe(true);
  expect(bench.output().startsWith('1\n2\n')).toBe(true);
});

test.each([
  ['docker run --no-such-flag x', 'exit code 125', 'refused a command'],
  ['no-such-command-at-all', 'exit code 127', 'was not found'],
  ['kill -KILL $$', 'exit code 137 (SIGKILL)', 'what sent the signal'],
])('explains the end of `%s`', async (command, message, fix) => {
  await using bench = await benchWith(`#!/bin/sh\n${command}\n`);

  const [found] = await scriptSuite.run(settings(), bench.context);

  expect(found?.verdict).toBe('fail');
  expect(found?.message).toContain(message);
  expect(found?.fix).toContain(fix);
});

test('a file that is not executable fails, and says how to make it so', async () => {
  await using bench = await benchWith('#!/bin/sh\nexit 0\n');
  await chmod(join(bench.context.projectFolder, 'test/x.test.sh'), 0o644);

  const [found] = await scriptSuite.run(settings(), bench.context);

  expect(found).toMatchObject({ verdict: 'fail', message: 'test/x.test.sh is not executable' });
  expect(found?.fix).toContain('chmod +x test/x.test.sh');
});

test.each(['exit 0\n', ''])(
  'a text without a first line for the system fails: %j',
  async (text) => {
    await using bench = await benchWith(text);
    await chmod(join(bench.context.projectFolder, 'test/x.test.sh'), 0o755);

    const [found] = await scriptSuite.run(settings(), bench.context);

    expect(found).toMatchObject({
      verdict: 'fail',
      message: 'test/x.test.sh does not say which program runs it',
    });
  },
);

test('an interpreter that is not there fails, and says so', async () => {
  await using bench = await benchWith('#!/no/such/interpreter\n');

  const [found] = await scriptSuite.run(settings(), bench.context);

  expect(found?.verdict).toBe('fail');
  expect(found?.message).toContain('Could not be started');
});

test('a script that does not end in time fails, with the place of the limit, and its children end', async () => {
  await using bench = await benchWith(
    '#!/bin/sh\ndocker create --network none "$IMAGE"\necho waiting\nsleep 1000 &\nwait\n',
  );

  const [found] = await scriptSuite.run(settings({ timeout: 3000 }), bench.context);

  expect(found?.verdict).toBe('fail');
  expect(found?.message).toContain('Did not end within 3 s, the limit in suites.script.timeout');
  expect(found?.message).toContain('left 1 container, removed');
  expect(found?.evidence).toContain('waiting');
  await expect(objectsOf(bench)).resolves.toEqual([]);
});

test('what a passing script leaves is removed and warned about, and is no failure', async () => {
  const name = `left-${randomBytes(5).toString('hex')}`;
  await using bench = await benchWith(`#!/bin/sh -e
docker network create ${name}
docker volume create ${name}
docker run -d --network ${name} -v ${name}:/data "$IMAGE"
docker create "$IMAGE"
`);

  const [found] = await scriptSuite.run(settings(), bench.context);

  expect(found).toMatchObject({
    verdict: 'warn',
    severity: 'warn',
    message: 'Ended with exit code 0; left 2 containers, 1 network, 1 volume, removed',
  });
  expect(found?.fix).toContain('trap');
  await expect(objectsOf(bench)).resolves.toEqual([]);
});

test('the anonymous volume of a container that the script removed is removed silently', async () => {
  await using bench = await benchWith(
    '#!/bin/sh -e\nid=$(docker run -d "$IMAGE")\ndocker rm -f "$id"\n',
    { image: { command: ['sleep', '1000'], volumes: ['/data'] } },
  );

  const cases = await scriptSuite.run(settings(), bench.context);

  expect(cases).toMatchObject([{ verdict: 'pass' }]);
  await expect(objectsOf(bench)).resolves.toEqual([]);
});

test('a script has its own temporary folder and docker configuration, and no credentials', async () => {
  await using bench = await benchWith(
    '#!/bin/sh -e\nls -a "$TMPDIR"\ntouch "$TMPDIR/mine"\ncat "$DOCKER_CONFIG/config.json"\nenv\n',
    {
      env: {
        REGISTRY_PASSWORD: 'hidden',
        API_TOKEN: 'hidden',
        DOCKER_CONTEXT: 'other',
        LEVEL: '7',
      },
    },
  );
  await bench.write('test/y.test.sh', '#!/bin/sh\nls "$TMPDIR" | grep mine && exit 1; exit 0\n');

  const cases = await scriptSuite.run(settings(), bench.context);

  expect(cases).toMatchObject([{ verdict: 'pass' }, { verdict: 'pass' }]);
  expect(bench.output()).toContain('LEVEL=7');
  expect(bench.output()).toMatch(/^DOCKER_HOST=unix:\/\/.*d\.sock$/mu);
  expect(bench.output()).not.toMatch(/hidden|auths|DOCKER_CONTEXT/u);
});

test('scripts run one after the other, in order, and one failure does not stop the next', async () => {
  await using bench = await benchWith('#!/bin/sh\nexit 0\n');
  await bench.write('test/a.test.sh', '#!/bin/sh\nexit 1\n');

  const cases = await scriptSuite.run(settings(), bench.context);

  expect(cases.map(({ verdict }) => verdict)).toEqual(['fail', 'pass']);
  expect(bench.progress).toEqual([
    'started test/a.test.sh',
    'finished test/a.test.sh',
    'started test/x.test.sh',
    'finished test/x.test.sh',
  ]);
});

test('scripts of a parallel suite hold the same names at the same time, and the same port in turn', async () => {
  const port = String(20_000 + Math.floor(Math.random() * 10_000));
  const script = `#!/bin/sh -e
trap 'docker rm -f web >/dev/null' EXIT
docker ps -a | grep web && exit 1
docker run -d --name web -p ${port}:80 "$IMAGE" sh -c "mkdir /w; echo $0 >/w/index.html; exec httpd -f -h /w"
test "$(wget -qO- http://localhost:${port}/)" = "$0"
`;
  await using bench = await benchWith(script);
  await bench.write('test/a.test.sh', script);

  const cases = await scriptSuite.run(settings({ parallel: true }), bench.context);

  expect(cases).toMatchObject([{ verdict: 'pass' }, { verdict: 'pass' }]);
  expect(bench.progress.slice(0, 2)).toEqual(['started test/a.test.sh', 'started test/x.test.sh']);
});

test('a mount of the machine is denied by its rule, and allowed by name', async () => {
  await using bench = await benchWith('#!/bin/sh\ndocker create -v /etc:/host "$IMAGE"\n');

  const [denied] = await scriptSuite.run(settings(), bench.context);
  const [allowed] = await scriptSuite.run(settings({ allow: ['bind.path'] }), bench.context);

  expect(denied?.evidence).toContain('mounting /etc is not allowed (rule bind.path)');
  expect(allowed?.message).toContain('left 1 container, removed');
});

test('a cancelled run loses the script that runs and those that wait', async () => {
  const stop = new AbortController();
  await using bench = await benchWith('#!/bin/sh\nexit 0\n', { signal: stop.signal });
  await bench.write('test/a.test.sh', '#!/bin/sh\ndocker run -d "$IMAGE"\nsleep 1000\n');
  const running = scriptSuite.run(settings(), bench.context);
  await expect
    .poll(() => objectsOf(bench), { timeout: 10_000 })
    .toContainEqual(expect.stringMatching(/^container /u));

  stop.abort();
  const cases = await running;

  expect(cases).toMatchObject([
    { verdict: 'lost', reason: 'The run was cancelled.' },
    { verdict: 'lost', reason: 'The run was cancelled before it.' },
  ]);
  await expect(objectsOf(bench)).resolves.toEqual([]);
});

test('SUITE_NO_FILES: no script at all is no pass', async () => {
  await using bench = await openSuiteBench();

  const running = scriptSuite.run(settings(), bench.context);

  await expect(running).rejects.toMatchObject({ code: 'SUITE_NO_FILES' });
});
