import { mkdir, mkdtempDisposable, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { systemClock } from '../host/clock.ts';
import { processEnvironment } from '../host/environment.ts';
import { runProcess } from '../host/process.ts';
import { contentKey } from '../kernel/content-key.ts';
import { digestOf } from '../kernel/digest.ts';
import type { Case, Verdict } from '../kernel/verdict.ts';
import { openHistory, type History, type PassRecord } from './results.ts';

const key = contentKey('test', { image: 'sha256:1', 'suite:a.sh': 'sha256:2' });

function passOf(more: Partial<PassRecord> = {}): Omit<PassRecord, 'at'> {
  return { key: key.digest, inputs: key.inputs, step: 'test:app:script', runId: 'r1', ...more };
}

function caseOf(verdict: Verdict): Case {
  return {
    suite: 'script',
    id: 'a.sh',
    verdict,
    severity: 'error',
    durationMs: 5,
    message: 'exit code 0',
  };
}

async function project(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'seatrial-results-'));
  return { path: folder.path, [Symbol.asyncDispose]: async () => await folder.remove() };
}

async function openIn(folder: string, notices: string[] = []): Promise<History> {
  return await openHistory({
    folder,
    clock: systemClock,
    onNotice: (message) => notices.push(message),
  });
}

function changeDatabase(folder: string, sql: string): void {
  const database = new DatabaseSync(join(folder, 'history.sqlite'));
  database.exec(sql);
  database.close();
}

test('a recorded pass is found by its key, also after the database was opened again', async () => {
  await using folder = await project();
  const cases = [caseOf('pass'), { ...caseOf('skip'), id: 'b.sh', reason: 'no network' }];
  {
    await using history = await openIn(folder.path);
    await history.recordPass(passOf({ imageId: 'sha256:1', cases, imageClass: 'service' }));
  }
  await using history = await openIn(folder.path);

  const pass = await history.findPass(key.digest);

  expect(pass).toMatchObject({ ...passOf(), imageId: 'sha256:1', cases, imageClass: 'service' });
  expect(Date.parse(pass?.at ?? '')).toBeGreaterThan(0);
  expect(await history.findPass(digestOf('another'))).toBeUndefined();
});

test.each([
  ['no case', []],
  ['nothing but skips', [caseOf('skip')]],
  ['a failed case', [caseOf('pass'), caseOf('fail')]],
  ['a lost case', [caseOf('pass'), caseOf('lost')]],
])('%s is never recorded as a pass: PASS_WITHOUT_PROOF', async (_, cases) => {
  await using folder = await project();
  await using history = await openIn(folder.path);

  const recording = history.recordPass(passOf({ cases }));

  await expect(recording).rejects.toMatchObject({ code: 'PASS_WITHOUT_PROOF', exitCode: 70 });
  expect(await history.findPass(key.digest)).toBeUndefined();
});

test.each([
  ["UPDATE passes SET record = replace(record, 'r1', 'r2')", 'a changed record'],
  ["UPDATE passes SET record = '', check_sum = ''", 'an emptied record'],
  [`UPDATE passes SET key = '${digestOf('another')}'`, 'a record under the key of another'],
])('a pass that was tampered with is not believed: %s', async (sql) => {
  await using folder = await project();
  {
    await using history = await openIn(folder.path);
    await history.recordPass(passOf({ cases: [caseOf('pass')] }));
  }
  changeDatabase(folder.path, sql);
  await using history = await openIn(folder.path);

  expect(await history.findPass(key.digest)).toBeUndefined();
  expect(await history.findPass(digestOf('another'))).toBeUndefined();
});

test.each([
  ['text', 'this is no database'.repeat(500)],
  ['an SQLite header and then noise', `SQLite format 3\0${'\u0001\u0002'.repeat(5000)}`],
])('a file of %s is moved aside with a notice, and history starts empty', async (_, contents) => {
  await using folder = await project();
  await writeFile(join(folder.path, 'history.sqlite'), contents);
  const notices: string[] = [];

  await using history = await openIn(folder.path, notices);
  await history.recordPass(passOf());

  expect(notices).toEqual([expect.stringContaining('was damaged')]);
  expect(await history.findPass(key.digest)).toBeDefined();
  const aside = (await readdir(folder.path)).find((name) => name.includes('.damaged-')) ?? '';
  expect(await readFile(join(folder.path, aside), 'utf8')).toBe(contents);
});

test('a database that is damaged page by page never crashes and never gives a wrong pass', async () => {
  await using folder = await project();
  {
    await using history = await openIn(folder.path);
    for (let number = 0; number < 100; number += 1) {
      const each = contentKey('test', { number: String(number) });
      await history.recordPass(
        passOf({ key: each.digest, inputs: each.inputs, step: `test:${number}:script` }),
      );
    }
  }
  const whole = await readFile(join(folder.path, 'history.sqlite'));
  const wanted = contentKey('test', { number: '50' });

  for (let page = 0; page * 4096 < whole.length; page += 1) {
    await using copy = await project();
    const damaged = Buffer.from(whole);
    damaged.fill(0x5a, page * 4096 + 8, page * 4096 + 2048);
    await writeFile(join(copy.path, 'history.sqlite'), damaged);
    await using history = await openIn(copy.path);

    const pass = await history.findPass(wanted.digest);
    await history.lastInputs('test:50:script');
    await history.recordPass(passOf());
    await history.findPass(key.digest);
    await history.stepTimes();

    expect(pass?.inputs ?? wanted.inputs).toEqual(wanted.inputs);
    await history.recordPass(passOf());
    expect(await history.findPass(key.digest)).toBeDefined();
  }
});

test('a damage that shows only while the database is open is healed at the next use', async () => {
  await using folder = await project();
  const notices: string[] = [];
  await using history = await openIn(folder.path, notices);
  changeDatabase(folder.path, 'DROP TABLE passes');

  await history.recordPass(passOf());

  expect(notices).toHaveLength(1);
  expect(await history.findPass(key.digest)).toBeDefined();
});

test('a database of a newer version is left alone: HISTORY_TOO_NEW', async () => {
  await using folder = await project();
  await (await openIn(folder.path)).close();
  changeDatabase(folder.path, 'PRAGMA user_version = 99');

  const opening = openIn(folder.path);

  await expect(opening).rejects.toMatchObject({ code: 'HISTORY_TOO_NEW', exitCode: 2 });
  expect(await readdir(folder.path)).toContain('history.sqlite');
});

test('a folder that cannot hold a database is HISTORY_UNAVAILABLE', async () => {
  await using folder = await project();
  await mkdir(join(folder.path, 'history.sqlite'));

  const opening = openIn(folder.path);

  await expect(opening).rejects.toMatchObject({ code: 'HISTORY_UNAVAILABLE', exitCode: 3 });
});

test(
  'a database that another process holds for long is HISTORY_BUSY',
  { timeout: 20_000 },
  async () => {
    await using folder = await project();
    await using history = await openIn(folder.path);
    const holder = new DatabaseSync(join(folder.path, 'history.sqlite'));
    holder.exec('BEGIN IMMEDIATE');

    const recording = history.recordPass(passOf());

    await expect(recording).rejects.toMatchObject({ code: 'HISTORY_BUSY', exitCode: 3 });
    holder.close();
  },
);

test(
  'several processes create, migrate and write one database at the same time',
  { timeout: 60_000 },
  async () => {
    await using folder = await project();
    const program = (worker: number): string => `
    import { openHistory } from ${JSON.stringify(import.meta.resolve('./results.ts'))};
    import { contentKey } from ${JSON.stringify(import.meta.resolve('../kernel/content-key.ts'))};
    import { systemClock } from ${JSON.stringify(import.meta.resolve('../host/clock.ts'))};
    const history = await openHistory({
      folder: ${JSON.stringify(folder.path)}, clock: systemClock, onNotice: console.log,
    });
    for (let i = 0; i < 25; i += 1) {
      const key = contentKey('test', { worker: '${worker}', i: String(i) });
      await history.recordPass({ key: key.digest, inputs: key.inputs, step: 's' + i, runId: 'r' });
      if ((await history.findPass(key.digest)) === undefined) throw new Error('not read back');
    }
    await history.close();`;

    const results = await Promise.all(
      [1, 2, 3, 4].map(
        async (worker) =>
          await runProcess(process.execPath, ['--input-type=module', '-e', program(worker)], {
            env: processEnvironment(),
          }),
      ),
    );

    expect(results.map(({ exitCode, output }) => ({ exitCode, output }))).toEqual(
      results.map(() => ({ exitCode: 0, output: '' })),
    );
    await using history = await openIn(folder.path);
    for (const worker of ['1', '2', '3', '4']) {
      const last = contentKey('test', { worker, i: '24' });
      expect(await history.findPass(last.digest)).toBeDefined();
    }
  },
);

test('last inputs are those of the newest run of the step, whatever its outcome', async () => {
  await using folder = await project();
  await using history = await openIn(folder.path);
  const run = {
    runId: 'r2',
    startedAt: '2999-01-01T00:00:00.000Z',
    command: 'ci',
    outcome: 'failed',
    durationMs: 9,
  } as const;
  await history.recordPass(passOf());
  const step = {
    runId: 'r2',
    step: 'test:app:script',
    kind: 'test',
    image: 'app',
    startedAt: run.startedAt,
    durationMs: 8,
    outcome: 'failed',
  } as const;

  const afterPass = await history.lastInputs('test:app:script');
  await history.recordRun({ run, steps: [{ ...step, inputs: { image: 'sha256:9' } }] });
  const afterFailure = await history.lastInputs('test:app:script');

  expect(afterPass).toEqual(key.inputs);
  expect(afterFailure).toEqual({ image: 'sha256:9' });
  expect(await history.lastInputs('test:other:script')).toBeUndefined();
  expect(await history.runTimes()).toEqual([run]);
  expect(await history.stepTimes()).toEqual([step]);
});

test('an earlier pass of a step is given up after two hundred newer ones', async () => {
  await using folder = await project();
  await using history = await openIn(folder.path);
  await history.recordPass(passOf());

  for (let number = 0; number < 200; number += 1) {
    const each = contentKey('test', { number: String(number) });
    await history.recordPass(passOf({ key: each.digest, inputs: each.inputs }));
  }

  expect(await history.findPass(key.digest)).toBeUndefined();
});
