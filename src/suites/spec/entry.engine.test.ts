import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readySchema, runSchema } from '../../config/schema.ts';
import { labelNames } from '../../engine/labels.ts';
import { processEnvironment } from '../../host/environment.ts';
import { runProcess, type ProcessResult } from '../../host/process.ts';
import { openSuiteBench, type SuiteBench } from '../testing/suite-bench.ts';
import { rememberImages } from './last-images.ts';

const repository = join(import.meta.dirname, '../../..');
const bin = join(repository, 'node_modules/.bin');
/** Inside the repository, so that `seatrial/test` is found as in an example. */
const parent = join(repository, '.seatrial/spec-tests');
await mkdir(parent, { recursive: true });

const server = {
  command: ['httpd', '-f', '-p', '8080'],
  exposedPorts: [8080],
  stopSignal: 'SIGKILL',
};
const spec = `
import { expect, test } from 'seatrial/test';
test('answers', async ({ run, image, task }) => {
  console.log('image ' + image.id);
  console.log('limit ' + task.timeout);
  expect((await fetch((await run()).url())).status).toBe(404);
});`;
/** What a project inside the repository needs; one that installed the package needs nothing. */
const config = `
const conditions = ['seatrial-source'];
export default { resolve: { conditions }, ssr: { resolve: { conditions } } };`;

async function benchWith(files: Readonly<Record<string, string>>): Promise<SuiteBench> {
  const bench = await openSuiteBench({ image: server, parent });
  for (const [path, contents] of Object.entries(files)) await bench.write(path, contents);
  return bench;
}

/** `npx vitest` in the project, as a person types it. */
async function vitest(
  bench: SuiteBench,
  env: Readonly<Record<string, string>> = {},
): Promise<ProcessResult> {
  const inherited = { ...processEnvironment(), NO_COLOR: '1', VITEST: undefined, IMAGE: undefined };
  return await runProcess(join(bin, 'vitest'), ['--run'], {
    cwd: bench.context.projectFolder,
    env: { ...inherited, ...env },
    timeoutMs: 60_000,
  });
}

async function specObjects(bench: SuiteBench): Promise<readonly string[]> {
  const objects = await bench.scope.engine.objects.list([labelNames.run]);
  const image = bench.context.image.record.id;
  const states = await Promise.all(
    objects
      .filter(({ kind }) => kind === 'container')
      .map(({ id }) => bench.scope.engine.containers.inspect(id)),
  );
  return states.flatMap((state) => (state?.imageId === image ? [state.name] : []));
}

test('plain Vitest: IMAGE names the image, and its containers go with the test', async () => {
  await using bench = await benchWith({ 'test/x.spec.ts': spec, 'vitest.config.ts': config });

  const result = await vitest(bench, { IMAGE: bench.context.image.ref });

  expect(result.output).toContain(`image ${bench.context.image.record.id}`);
  // Two minutes, unless the project says how long a test may take.
  expect(result.output).toContain('limit 120000');
  expect(result.exitCode).toBe(0);
  await expect(specObjects(bench)).resolves.toEqual([]);
});

test('plain Vitest without IMAGE: the image of the last build, run as the project says', async () => {
  await using bench = await benchWith({
    'test/x.spec.ts':
      spec.replace('await run()', 'await run({ ports: [8080] })') +
      "test('own', { timeout: 7 }, ({ task }) => { console.log('own ' + task.timeout); });",
    'vitest.config.ts': config.replace('{ resolve', '{ test: { testTimeout: 61_234 }, resolve'),
  });
  const { image, projectFolder } = bench.context;
  const profile = {
    run: runSchema.parse({}),
    ready: readySchema.parse({ http: '8080/', status: 404 }),
  };
  await rememberImages(projectFolder, [
    { name: 'app', ref: image.ref, id: image.record.id, profile, spec: ['test/*.spec.ts'] },
    { name: 'other', ref: 'other', id: 'sha256:other' },
  ]);

  const result = await vitest(bench);

  expect(result.output).toContain(`image ${image.record.id}`);
  expect(result.output).toContain('limit 61234');
  expect(result.output).toContain('own 7');
  expect(result.exitCode).toBe(0);
});

test('SPEC_NO_IMAGE: plain Vitest in a project without a build says what to do', async () => {
  await using bench = await benchWith({ 'test/x.spec.ts': spec, 'vitest.config.ts': config });

  const unknown = await vitest(bench);
  const absent = await vitest(bench, { IMAGE: 'seatrial-scratch/no-such-image' });

  expect(unknown.exitCode).toBe(1);
  expect(unknown.output).toContain('No image was built');
  expect(unknown.output).toContain('Run `seatrial build` first, or name the image');
  expect(absent.output).toContain('The engine has no image seatrial-scratch/no-such-image');
});
