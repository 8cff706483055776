import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isSoak } from '../../host/testing/soak.ts';
import { readySchema, runSchema } from '../../config/schema.ts';
import type { FileSuite } from '../../config/suite-schema.ts';
import { labelNames } from '../../engine/labels.ts';
import type { Case } from '../../kernel/verdict.ts';
import { openSuiteBench, type SuiteBench, type SuiteBenchOptions } from '../testing/suite-bench.ts';
import { specSuite } from './index.ts';

/** Projects of these tests are inside the repository, so that `seatrial/test` is found as in an example. */
const parent = join(import.meta.dirname, '../../../.seatrial/spec-tests');
await mkdir(parent, { recursive: true });

const server = {
  command: ['sh', '-c', 'trap "exit 0" TERM; httpd -f -p 8080 -h /data & wait'],
  exposedPorts: [8080],
  volumes: ['/data'],
};

/** A bench with one spec file, `test/x.spec.ts`, whose body is given. */
async function benchWith(body: string, options: SuiteBenchOptions = {}): Promise<SuiteBench> {
  const bench = await openSuiteBench({ image: server, parent, ...options });
  await bench.write(
    'test/x.spec.ts',
    `import { describe, expect, test } from 'seatrial/test';\n${body}`,
  );
  return bench;
}

async function run(
  bench: SuiteBench,
  overrides: Partial<FileSuite> = {},
): Promise<readonly Case[]> {
  const settings = { files: ['test/*.spec.ts'], timeout: 60_000, env: [], ...overrides };
  return await specSuite.run(settings, bench.context);
}

/** Objects of the run, and of the workers that were started by it. */
async function objectsOf(bench: SuiteBench): Promise<readonly string[]> {
  const runId = bench.scope.labels[labelNames.run] ?? '';
  const objects = await bench.scope.engine.objects.list([labelNames.run]);
  return objects
    .filter(({ labels }) => labels[labelNames.run]?.startsWith(runId))
    .map(({ kind, name }) => `${kind} ${name}`);
}

test('the examples of the documentation pass', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../docs/spec-tests.md'), 'utf8');
  const examples = [...page.matchAll(/```ts\n(.*?)```/gsu)].map(([, code]) => code ?? '');
  const command = ['sh', '-c', 'echo hello > /data/index.html; httpd -f -p 8080 -h /data'];
  await using bench = await openSuiteBench({
    image: { ...server, command, stopSignal: 'SIGKILL' },
    parent,
  });
  for (const [index, code] of examples.entries()) {
    await bench.write(`test/example-${String(index)}.spec.ts`, code);
  }

  const cases = await run(bench);

  expect(cases.map(({ verdict, message }) => `${verdict}: ${message}`)).toEqual(
    examples.map(() => 'pass: Passed'),
  );
  expect(examples.length).toBeGreaterThan(1);
});

test('run uses the settings of the image', async () => {
  const profile = {
    ready: readySchema.parse({ log: 'up with green' }),
    run: runSchema.parse({
      env: { COLOUR: 'green' },
      command: ['sh', '-c', 'echo up with $COLOUR; sleep 1000'],
    }),
  };
  await using bench = await benchWith(
    `test('is run so', async ({ run }) => expect(await (await run()).logs()).toBe('up with green\\n'));`,
    { profile },
  );

  const cases = await run(bench);

  expect(cases).toMatchObject([{ verdict: 'pass' }]);
});

test('SPEC_FIXTURE_MISUSED: a port must be named when the image exposes none or several', async () => {
  await using bench = await benchWith(
    `test('url', async ({ run }) => { (await run({ wait: false })).url(); });`,
    { image: { command: ['sleep', '100'], exposedPorts: [1, 2] } },
  );

  const [found] = await run(bench);

  expect(found?.message).toContain('No port was named, and the image exposes 1, 2');
  expect(found?.fix).toBe('Name the port: container.url(8080)');
});

test('a worker that dies loses its file or fails it, is no pass, and its containers go', async () => {
  await using bench = await benchWith(`
    test('dies', async ({ run }) => {
      await run();
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => {});
    });`);

  const cases = await run(bench);

  expect(cases.length).toBeGreaterThan(0);
  expect(cases.every(({ verdict }) => verdict === 'fail' || verdict === 'lost')).toBe(true);
  await expect.poll(() => objectsOf(bench), { timeout: 20_000 }).toEqual([]);
});

test.runIf(isSoak)('Vitest that dies loses the files it had not finished', async () => {
  await using bench = await benchWith(`
    test('kills its parent', async () => {
      process.kill(process.ppid, 'SIGKILL');
      await new Promise(() => {});
    });`);

  const cases = await run(bench);

  expect(cases).toMatchObject([{ id: 'test/x.spec.ts', verdict: 'lost' }]);
  expect(cases[0]?.reason).toContain('exit code 137');
});

test('a file that takes too long fails, with the place of the limit, and its containers go', async () => {
  await using bench = await benchWith(`
    test('hangs', async ({ run }) => { await run(); await new Promise(() => {}); });`);

  const cases = await run(bench, { timeout: 6000 });

  const found = cases.find(({ id }) => id === 'test/x.spec.ts');
  expect(found).toMatchObject({ verdict: 'fail' });
  expect(found?.message).toContain('6 s a file, the limit in suites.spec.timeout');
  await expect.poll(() => objectsOf(bench), { timeout: 20_000 }).toEqual([]);
});

test.runIf(isSoak)('a cancelled run loses the files that were open', async () => {
  const stop = new AbortController();
  await using bench = await benchWith(
    `test('hangs', async ({ run }) => { await run(); await new Promise(() => {}); });`,
    { signal: stop.signal },
  );
  const running = run(bench);
  await expect.poll(() => objectsOf(bench), { timeout: 20_000 }).not.toEqual([]);

  stop.abort();
  const cases = await running;

  expect(cases).toMatchObject([{ verdict: 'lost', reason: 'The run was cancelled.' }]);
  await expect.poll(() => objectsOf(bench), { timeout: 20_000 }).toEqual([]);
});

test("the project's own configuration and reporters keep working, and files outside its patterns run", async () => {
  await using bench = await benchWith(
    `test('a', () => expect(process.env.FROM_CONFIG).toBe('yes'));`,
  );
  await bench.write('proof.ts', `import { test } from 'seatrial/test';\ntest('b', () => {});`);
  await bench.write(
    'vitest.config.ts',
    `export default { test: { env: { FROM_CONFIG: 'yes' }, reporters: ['tap'], include: ['none'] } };`,
  );

  const cases = await run(bench, { files: ['test/*.spec.ts', 'proof.ts'] });

  expect(new Set(cases.map(({ id, verdict }) => `${id}: ${verdict}`))).toEqual(
    new Set(['proof.ts > b: pass', 'test/x.spec.ts > a: pass']),
  );
  expect(bench.output()).toContain('TAP version 13');
});

test('what a spec file makes with the docker command is removed, with a warning', async () => {
  await using bench = await benchWith(`
    import { execFileSync } from 'node:child_process';
    test('a', () => { execFileSync('docker', ['run', '-d', process.env.IMAGE]); });`);

  const cases = await run(bench);

  expect(cases).toMatchObject([
    { id: 'test/x.spec.ts > a', verdict: 'pass' },
    { id: 'vitest', verdict: 'warn', message: 'Left 1 container, removed' },
  ]);
  await expect(objectsOf(bench)).resolves.toEqual([]);
});

test('SUITE_NO_FILES: no spec file at all is no pass', async () => {
  await using bench = await openSuiteBench({ parent });

  await expect(run(bench)).rejects.toMatchObject({ code: 'SUITE_NO_FILES' });
});
