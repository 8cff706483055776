import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gates, type Gate } from '../scripts/gates.ts';
import { runGate } from '../scripts/run-gate.ts';
import { runGates } from '../scripts/run-gates.ts';

const root = join(import.meta.dirname, '..');

describe('a gate', () => {
  it('passes with exit code 0, and keeps what was printed in the order it came', async () => {
    const result = await runGate(
      gate(['sh', '-c', 'echo one; echo two >&2; sleep 0.1; echo three']),
      root,
    );

    expect(result).toMatchObject({ isPassed: true, output: 'one\ntwo\nthree\n' });
  });

  it('fails with any other exit code', async () => {
    const result = await runGate(gate(['sh', '-c', 'echo why; exit 7']), root);

    expect(result).toMatchObject({ isPassed: false, output: 'why\n' });
  });

  it('fails when its program is not there', async () => {
    const result = await runGate(gate(['no-such-program']), root);

    expect(result.isPassed).toBe(false);
    expect(result.output).toContain('no-such-program');
  });

  it('fails when it does not end in time', async () => {
    const result = await runGate({ ...gate(['sleep', '60']), timeoutMs: 100 }, root);

    expect(result.isPassed).toBe(false);
    expect(result.output).toContain('the limit is 0.1 s');
  });

  it('fails when it does not end in time and takes the signal for a wish to end well', async () => {
    const program =
      "process.on('SIGTERM', () => process.exit(0)); console.log(1); setInterval(String, 1000)";
    const argv = ['node', '-e', program];

    const result = await runGate({ ...gate(argv), timeoutMs: 2000 }, root);

    expect(result.isPassed).toBe(false);
    expect(result.output).toContain('the limit is 2 s');
  });

  it.each([
    ['a worker that hangs', 'while (Date.now() < end);', 'hangs.test.js'],
    [
      'a test that waits',
      'return new Promise(() => setTimeout(String, 20_000));',
      'hangs.test.js > begins',
    ],
  ])('names what was under way when its limit came: %s', async (_, body, name) => {
    await using planted = await plantTest(body);
    const reporter = `--reporter=${join(root, 'scripts', 'unfinished-tests.ts')}`;
    const argv = ['vitest', 'run', '--root', planted.folder, '--testTimeout=60000', reporter];

    const result = await runGate({ ...gate(argv), timeoutMs: 11_000 }, root);

    expect(result.isPassed).toBe(false);
    expect(result.output).toContain(`  ${name}\n`);
    expect(result.output).toContain('the limit is 11 s');
  });

  it('has a name of its own, and the gates without an engine come first', () => {
    const names = gates.map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
    expect(gates.map(({ needsEngine }) => needsEngine)).toEqual(
      gates.map(({ needsEngine }) => needsEngine).toSorted((a, b) => Number(a) - Number(b)),
    );
  });
});

describe('gates together', () => {
  it('run side by side, after what they build on, and those with an engine alone and last', async () => {
    const seen: string[] = [];
    const finish = new Map<string, () => void>();
    const all = [
      planned('slow'),
      planned('build'),
      planned('packed', { after: ['build'] }),
      planned('engine', { needsEngine: true }),
    ];

    const end = runGates(all, {
      perform: ({ name }) =>
        new Promise((resolve) => {
          finish.set(name, () => resolve({ isPassed: true, durationMs: 1, output: '' }));
        }),
      onStart: ({ name }) => seen.push(`${name} begins`),
      onEnd: ({ name }) => seen.push(`${name} ends`),
    });
    for (const name of ['build', 'packed', 'slow', 'engine']) {
      finish.get(name)?.();
      await new Promise(setImmediate);
    }

    expect(await end).toBe(true);
    expect(seen.join(', ')).toBe(
      'slow begins, build begins, build ends, packed begins, packed ends, slow ends, engine begins, engine ends',
    );
  });

  it('stop at the first that says no, and end what runs beside it', async () => {
    const seen: string[] = [];
    const sleeping = { ...planned('sleeps'), argv: ['sleep', '60'], timeoutMs: 60_000 };
    const refusing = { ...planned('refuses'), argv: ['sh', '-c', 'echo why; exit 1'] };

    const isPassed = await runGates([sleeping, refusing, planned('later')], {
      perform: (each, signal) => runGate(each, root, signal),
      onStart: ({ name }) => seen.push(`${name} begins`),
      onEnd: ({ name }, { output }) => seen.push(`${name}: ${output}`),
    });

    expect(isPassed).toBe(false);
    expect(seen).toEqual(['sleeps begins', 'refuses begins', 'refuses: why\n']);
  });
});

describe('the count of tests', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'seatrial-count-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('is not green without a test', () => {
    expect(count(folder)).toEqual({ status: 1, stdout: '0 passed, 0 failed, 0 skipped\n' });
  });

  it('is the sum over the projects', async () => {
    await writeReport('unit', { passed: 3, pending: 1 });
    await writeReport('engine', { passed: 2 });

    expect(count(folder)).toEqual({ status: 0, stdout: '5 passed, 0 failed, 1 skipped\n' });
  });

  it('counts a file that could not be loaded as a failure', async () => {
    const broken = {
      status: 'failed',
      name: 'a.test.ts',
      message: 'no such module',
      assertionResults: [],
    };
    await writeReport('e2e', { passed: 1, files: [broken] });

    expect(count(folder)).toEqual({
      status: 1,
      stdout: 'failed: a.test.ts\n  no such module\n6 passed, 1 failed, 1 skipped\n',
    });
  });

  it('names what failed, with the head of what it said and without colours', async () => {
    const failed = {
      status: 'failed',
      fullName: 'an engine answers',
      failureMessages: [`\u001B[31mexpected 1\u001B[39m\nto be 2${' at x'.repeat(500)}`],
    };
    await writeReport('e2e', {
      passed: 1,
      files: [{ status: 'failed', assertionResults: [failed] }],
    });

    const { stdout } = count(folder);

    expect(stdout).toMatch(/^failed: an engine answers\n {2}expected 1\n {2}to be 2 at x/u);
    expect(stdout.length).toBeLessThan(800);
  });

  async function writeReport(
    project: string,
    report: { passed: number; pending?: number; files?: readonly object[] },
  ): Promise<void> {
    const text = JSON.stringify({
      numPassedTests: report.passed,
      numFailedTests: 0,
      numPendingTests: report.pending ?? 0,
      numTodoTests: 0,
      testResults: report.files ?? [],
    });
    await writeFile(join(folder, `${project}.json`), text);
  }
});

/** A project with one test, which has to end within half a minute, so that nothing is left. */
async function plantTest(body: string): Promise<AsyncDisposable & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'seatrial-hanging-'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(
    join(folder, 'hangs.test.js'),
    `import { test } from 'vitest';
const end = Date.now() + 20_000;
test('begins', () => { ${body} });
`,
  );
  return {
    folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function planned(name: string, how: Partial<Gate> = {}): Gate {
  return { ...gate(['true']), name, ...how };
}

function gate(argv: readonly string[]): Gate {
  return {
    name: 'planted',
    proves: 'nothing',
    argv,
    after: [],
    needsEngine: false,
    timeoutMs: 10_000,
  };
}

function count(folder: string): { readonly status: number | null; readonly stdout: string } {
  const script = join(root, 'scripts', 'test-count.ts');
  const { status, stdout } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' });
  return { status, stdout };
}
