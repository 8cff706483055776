import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../host/clock.ts';
import { processEnvironment } from '../host/environment.ts';
import { runProcess, signalGroup } from '../host/process.ts';
import type { RunEvent, RunEventBody } from '../kernel/run-events.ts';
import { HistoryError } from './errors.ts';
import { openEventLog, type EventLogOptions } from './event-log.ts';
import { readEvents } from './read-events.ts';

const notice: RunEventBody = { type: 'notice', message: 'hello\u2028there' };
const intent: RunEventBody = {
  type: 'effect.intent',
  step: 'ship:app',
  effect: 'tag.move',
  details: { tag: 'latest' },
};
/** No JSON can hold it. */
const unwritableIntent: RunEventBody = { ...intent, details: { size: 1n } };

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'seatrial-event-log-'));
  return { path: folder.path, [Symbol.asyncDispose]: async () => await folder.remove() };
}

function optionsIn(parent: string): EventLogOptions {
  return { folder: join(parent, 'runs', 'r1'), clock: systemClock };
}

async function readAll(path: string): Promise<readonly RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of readEvents(path)) events.push(event);
  return events;
}

/** A program that has the log open as `log`, and `fs`. */
function nodeProgram(folder: string, body: string): readonly string[] {
  const source = `
    import * as fs from 'node:fs';
    import { openEventLog } from ${JSON.stringify(import.meta.resolve('./event-log.ts'))};
    import { systemClock } from ${JSON.stringify(import.meta.resolve('../host/clock.ts'))};
    const log = openEventLog({ folder: ${JSON.stringify(folder)}, clock: systemClock });
    const intent = ${JSON.stringify(intent)};
    ${body}`;
  return ['--input-type=module', '-e', source];
}

test('events are numbered, dated and read back in the order in which they were emitted', async () => {
  await using folder = await temporaryFolder();
  const log = openEventLog(optionsIn(folder.path));

  log.emit(notice);
  log.emit(intent);
  log.emit(notice);
  await log.close();

  const events = await readAll(log.path);
  expect(events.map(({ v, seq, type }) => ({ v, seq, type }))).toEqual([
    { v: 1, seq: 1, type: 'notice' },
    { v: 1, seq: 2, type: 'effect.intent' },
    { v: 1, seq: 3, type: 'notice' },
  ]);
  expect(events[0]).toMatchObject(notice);
  expect(Date.parse(events[0]?.at ?? '')).toBeGreaterThan(0);
});

test('an intent, and all before it, is in the file when emit returns', async () => {
  await using folder = await temporaryFolder();
  await using log = openEventLog(optionsIn(folder.path));

  log.emit(notice);
  log.emit(intent);

  const lines = (await readFile(log.path, 'utf8')).trimEnd().split('\n');
  expect(lines).toHaveLength(2);
});

test('a process killed right after an intent leaves that intent and what came before', async () => {
  await using folder = await temporaryFolder();
  const runFolder = join(folder.path, 'runs', 'r1');
  const program = nodeProgram(
    runFolder,
    `log.emit({ type: 'notice', message: 'before' });
     log.emit(intent);
     process.kill(process.pid, 'SIGKILL');`,
  );

  const result = await runProcess(process.execPath, program, { env: processEnvironment() });

  expect(result.exitCode).toBe(137);
  const events = await readAll(join(runFolder, 'events.jsonl'));
  expect(events.map(({ type }) => type)).toEqual(['notice', 'effect.intent']);
});

test.each([
  { where: 'nowhere, unasked', written: ['notice', 'effect.intent', 'notice'] },
  { where: 'before a record', point: 'effect.intent ship:app tag latest:before', written: [] },
  {
    where: 'after a record',
    point: 'effect.intent ship:app tag latest:after',
    written: ['notice', 'effect.intent'],
  },
])('from source, a fault point kills $where', async ({ point, written }) => {
  await using folder = await temporaryFolder();
  const runFolder = join(folder.path, 'runs', 'r1');
  const program = nodeProgram(
    runFolder,
    `log.emit({ type: 'notice', message: 'first' });
     log.emit({ ...intent, effect: 'tag' });
     log.emit({ type: 'notice', message: 'last' });
     await log.close();`,
  );

  const result = await runProcess(process.execPath, program, {
    env: { ...processEnvironment(), SEATRIAL_FAULT_POINT: point },
  });

  expect(result.exitCode).toBe(point === undefined ? 0 : 137);
  const events = await readAll(join(runFolder, 'events.jsonl'));
  expect(events.map(({ type }) => type)).toEqual(written);
});

test('a process killed while it writes without pause leaves a log that can be read', async () => {
  await using folder = await temporaryFolder();
  const runFolder = join(folder.path, 'runs', 'r1');
  const program = nodeProgram(
    runFolder,
    `const text = 'x'.repeat(100_000);
     const step = 'build:app';
     const write = () => {
       for (let i = 0; i < 20; i += 1) log.emit({ type: 'step.output', step, source: 'RUN', text });
       fs.writeSync(1, '.');
       setImmediate(write);
     };
     write();`,
  );
  let pgid = 0;
  let turns = 0;

  await runProcess(process.execPath, program, {
    env: processEnvironment(),
    onStart: (started) => {
      pgid = started;
    },
    onOutput: (text) => {
      turns += text.length;
      if (turns >= 5) signalGroup(pgid, 'SIGKILL');
    },
  });

  const events = await readAll(join(runFolder, 'events.jsonl'));
  expect(events.length).toBeGreaterThan(20);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
});

test('an intent that cannot be written throws EVENT_LOG_UNWRITABLE, so that its effect does not happen', async () => {
  await using folder = await temporaryFolder();
  const failures: HistoryError[] = [];
  const log = openEventLog({
    ...optionsIn(folder.path),
    onFailure: (error) => failures.push(error),
  });

  expect(() => log.emit(unwritableIntent)).toThrow(
    expect.objectContaining({ code: 'EVENT_LOG_UNWRITABLE' }),
  );
  expect(() => log.emit(intent)).toThrow(HistoryError);
  expect(() => log.emit(notice)).not.toThrow();
  expect(failures).toHaveLength(1);
  await expect(log.close()).rejects.toThrow(HistoryError);
});

test('on a full disk an intent throws, other events do not, and the owner of the run is told once', async () => {
  await using folder = await temporaryFolder();
  const program = nodeProgram(
    join(folder.path, 'runs', 'r1'),
    `const fd = fs.readdirSync('/proc/self/fd').find((each) => {
       try { return fs.readlinkSync('/proc/self/fd/' + each) === log.path; } catch { return false; }
     });
     fs.closeSync(Number(fd));
     if (fs.openSync('/dev/full', 'w') !== Number(fd)) throw new Error('another descriptor');
     log.emit({ type: 'notice', message: 'lost' });
     try { log.emit(intent); } catch (error) { console.log(error.code, error.cause.code); }
     await log.close().catch((error) => console.log(error.code));`,
  );

  const result = await runProcess(process.execPath, program, { env: processEnvironment() });

  expect(result.output).toBe('EVENT_LOG_UNWRITABLE ENOSPC\nEVENT_LOG_UNWRITABLE\n');
});

test('a folder that is there already is refused with RUN_EXISTS', async () => {
  await using folder = await temporaryFolder();
  await using log = openEventLog(optionsIn(folder.path));

  expect(() => openEventLog(optionsIn(folder.path))).toThrow(
    expect.objectContaining({ code: 'RUN_EXISTS' }),
  );
  expect(log.path).toContain('r1');
});

test('a place that is no folder is refused with EVENT_LOG_UNWRITABLE', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'runs'), 'a file');

  expect(() => openEventLog(optionsIn(folder.path))).toThrow(
    expect.objectContaining({ code: 'EVENT_LOG_UNWRITABLE' }),
  );
});

test('every listener sees one order, also when a listener emits', async () => {
  await using folder = await temporaryFolder();
  await using log = openEventLog(optionsIn(folder.path));
  const seen: number[] = [];
  log.listeners.add((event) => {
    if (event.seq === 1) log.emit(intent);
  });
  log.listeners.add((event) => seen.push(event.seq));

  log.emit(notice);

  expect(seen).toEqual([1, 2]);
});

test('a listener that throws loses its place, and close says what it threw', async () => {
  await using folder = await temporaryFolder();
  const log = openEventLog(optionsIn(folder.path));
  const seen: number[] = [];
  log.listeners.add(() => {
    throw new Error('no more paper');
  });
  log.listeners.add((event) => seen.push(event.seq));

  log.emit(notice);
  log.emit(notice);

  expect(seen).toEqual([1, 2]);
  await expect(log.close()).rejects.toThrow('no more paper');
});

test('the filter decides what is written and told, and may hold an event back', async () => {
  await using folder = await temporaryFolder();
  const held: RunEventBody[] = [];
  const log = openEventLog({
    ...optionsIn(folder.path),
    filter: (event) => {
      held.push(event);
      return event.type === 'effect.intent' ? held.splice(0) : [];
    },
  });

  log.emit(notice);
  log.emit(intent);
  await log.close();

  const events = await readAll(log.path);
  expect(events.map(({ seq, type }) => [seq, type])).toEqual([
    [1, 'notice'],
    [2, 'effect.intent'],
  ]);
});

test('after close events are dropped, but an intent throws', async () => {
  await using folder = await temporaryFolder();
  const log = openEventLog(optionsIn(folder.path));
  await log.close();

  log.emit(notice);

  expect(() => log.emit(intent)).toThrow(/cannot be written/u);
  expect(await readAll(log.path)).toEqual([]);
});
