import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labelNames } from '../../engine/labels.ts';
import type { Case } from '../../kernel/verdict.ts';
import { openSuiteBench, type SuiteBench } from '../testing/suite-bench.ts';
import { specSuite } from './index.ts';

/** Inside the repository, so that `seatrial/test` is found as in an example. */
const parent = join(import.meta.dirname, '../../../.seatrial/spec-tests');
await mkdir(parent, { recursive: true });

/** The body of each file of one run, which is started once for all: a start of Vitest costs more than its tests. */
const bodies = {
  answers: `
    describe('the server', () => {
      test('answers', async ({ run, image }) => {
        const server = await run();
        await server.exec('echo hello > /data/index.html');
        const before = await (await fetch(server.url())).text();
        const next = await server.replace();
        const after = await (await fetch(next.url(8080))).text();
        expect([before, after]).toEqual(['hello\\n', 'hello\\n']);
        expect(next.id).not.toBe(server.id);
        expect(image.id).toMatch(/^sha256:/);
      });
    });`,
  fixtures: `
    test('life of a container', async ({ run }) => {
      const server = await run({ env: { COLOUR: 'blue' } });
      expect(await server.exec(['sh', '-c', 'echo $COLOUR'])).toMatchObject({ exitCode: 0, stdout: 'blue\\n' });
      expect(await server.exec('cat; exit 3', { stdin: 'in' })).toMatchObject({ exitCode: 3, stdout: 'in' });
      expect(await server.stop()).toBe(0);
      expect((await server.inspect()).isRunning).toBe(false);
      await server.start();
      await server.kill();
      expect(await server.wait()).toBe(137);
      await server.restart();
      expect((await fetch(server.url())).status).toBe(404);
      const { host, port } = server.address(8080);
      expect([typeof host, typeof port]).toEqual(['string', 'number']);
    });
    test('two containers on a network, and a shared volume', async ({ run, network, volume }) => {
      const [lan, shared] = [await network(), await volume()];
      const server = await run({ network: lan, aliases: ['web'], volumes: { '/data': shared } });
      await server.exec('echo found > /data/index.html');
      const command = ['sh', '-c', 'cat /shared/index.html; wget -q -O - http://web:8080/'];
      const client = await run({
        network: lan, command, volumes: { '/shared': shared }, tmpfs: ['/data'], ready: { exit: 0 },
      });
      expect(await client.logs()).toBe('found\\nfound\\n');
    });
    test('waiting by hand', async ({ run }) => {
      const server = await run({ wait: false });
      await server.ready();
      expect((await server.logs({ tail: 1 }))).toBe('');
    });`,
  fails: `
    test('fails', async ({ run }) => {
      await run({ command: ['sh', '-c', 'echo printed; httpd -f -p 8080'] });
      expect(1 + 1).toBe(3);
    });`,
  ends: `test('starts', async ({ run }) => { await run({ command: ['sh', '-c', 'echo broken; exit 4'] }); });`,
  credentials: `test('a', () => expect(process.env.REGISTRY_PASSWORD).toBeUndefined());`,
  syntax: 'const = 1;',
  absent: `import './absent.ts';`,
  load: `throw new Error('at load');`,
  hook: `import { beforeAll } from 'vitest'; beforeAll(() => { throw new Error('in hook'); }); test('a', () => {});`,
  empty: '',
  skips: `
    test.skip('later', () => {});
    test('never', ({ skip }) => { skip('not on this engine'); });
    test('twice', () => {});
    test('twice', () => {});`,
  unhandled: `
    test('passes', async () => {
      void Promise.reject(new Error('nobody cared'));
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    });`,
} as const;

let bench: SuiteBench;
let cases: readonly Case[];
let left: readonly string[];

beforeAll(async () => {
  bench = await openSuiteBench({
    image: {
      command: ['sh', '-c', 'trap "exit 0" TERM; httpd -f -p 8080 -h /data & wait'],
      exposedPorts: [8080],
      volumes: ['/data'],
    },
    parent,
    env: { REGISTRY_PASSWORD: 'hidden' },
  });
  for (const [name, body] of Object.entries(bodies))
    await bench.write(
      pathOf(name),
      `import { describe, expect, test } from 'seatrial/test';\n${body}`,
    );
  const settings = { files: ['test/*.spec.ts'], timeout: 60_000, env: [] };
  cases = await specSuite.run(settings, bench.context);
  left = await objectsOf(bench);
});
afterAll(async () => {
  await bench[Symbol.asyncDispose]();
});

function pathOf(name: string): string {
  return `test/${name}.spec.ts`;
}

/** Cases of one file, by their names in it. */
function casesOf(name: keyof typeof bodies): readonly Case[] {
  return cases
    .filter(({ id }) => id === pathOf(name) || id.startsWith(`${pathOf(name)} > `))
    .map((each) => ({ ...each, id: each.id.slice(pathOf(name).length).replace(/^ > /u, '') }));
}

/** Objects of the run, and of the workers that were started by it. */
async function objectsOf({ scope }: SuiteBench): Promise<readonly string[]> {
  const runId = scope.labels[labelNames.run] ?? '';
  const objects = await scope.engine.objects.list([labelNames.run]);
  return objects
    .filter(({ labels }) => labels[labelNames.run]?.startsWith(runId))
    .map(({ kind, name }) => `${kind} ${name}`);
}

describe('one run of many files', () => {
  it('has a container that answers, and keeps its volumes when it is replaced', () => {
    const id = `${pathOf('answers')} > the server > answers`;

    expect(casesOf('answers')).toMatchObject([
      { suite: 'spec', id: 'the server > answers', verdict: 'pass' },
    ]);
    expect(bench.progress.filter((line) => line.endsWith(id))).toEqual([
      `started ${id}`,
      `finished ${id}`,
    ]);
  });

  it('leaves nothing behind', () => {
    expect(left).toEqual([]);
  });

  it('has fixtures that do what their names say', () => {
    expect(
      casesOf('fixtures').map(({ id, verdict, message }) => `${id} ${verdict}: ${message}`),
    ).toEqual([
      'life of a container pass: Passed',
      'two containers on a network, and a shared volume pass: Passed',
      'waiting by hand pass: Passed',
    ]);
  });

  it('says where a test failed, shows the code and what the container printed', () => {
    const [found] = casesOf('fails');

    expect(found).toMatchObject({
      verdict: 'fail',
      severity: 'error',
      message: 'expected 2 to be 3 // Object.is equality (test/fails.spec.ts:5:21)',
      command: `IMAGE=${bench.context.image.ref} npx vitest --run test/fails.spec.ts`,
    });
    expect(found?.fix).toBeDefined();
    expect(found?.evidence).toContain(
      '5 |       expect(1 + 1).toBe(3);\n  |                     ^',
    );
    expect(found?.evidence).toMatch(/container seatrial-\S+ \(running\) printed last:\nprinted$/mu);
    expect(bench.output()).toContain('printed last:');
  });

  it('fails a test whose container ends early, with exit code and last lines: SPEC_NOT_READY', () => {
    const [found] = casesOf('ends');

    expect(found?.verdict).toBe('fail');
    expect(found?.message).toContain('The container is not ready: it ended with exit code 4');
    expect(found?.evidence).toContain('broken');
  });

  it('shows no credentials to spec files', () => {
    expect(casesOf('credentials')).toMatchObject([{ verdict: 'pass' }]);
  });

  it.each([
    ['a syntax error', 'syntax', /test\/syntax\.spec\.ts/u],
    ['an import that is not there', 'absent', /absent/u],
    ['an error while it is loaded', 'load', /at load/u],
    ['a hook that fails', 'hook', /in hook/u],
    ['no test', 'empty', /holds no test/u],
  ] as const)('fails a file with %s', (_what, name, message) => {
    const found = casesOf(name).find(({ id }) => id === '');

    expect(found?.verdict).toBe('fail');
    expect(`${found?.message ?? ''} ${found?.evidence ?? ''}`).toMatch(message);
    expect(casesOf(name).some(({ verdict }) => verdict === 'pass')).toBe(false);
  });

  it('skips with a reason what is skipped, and numbers equal titles', () => {
    expect(casesOf('skips').map(({ id, verdict, reason }) => [id, verdict, reason])).toEqual([
      ['later', 'skip', 'The spec file skips it.'],
      ['never', 'skip', 'not on this engine'],
      ['twice', 'pass', undefined],
      ['twice (2)', 'pass', undefined],
    ]);
  });

  it('takes an error that nobody awaits for a failure of its own', () => {
    const found = cases.find(({ id }) => id === 'unhandled error');

    expect(found?.verdict).toBe('fail');
    expect(found?.message).toContain('nobody cared');
  });
});
