import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunEvent } from '../kernel/run-events.ts';
import { readEvents } from './read-events.ts';

const first = line({ v: 1, seq: 1, at: '2026-11-24T10:15:30.000Z', type: 'notice', message: 'ä' });
const second = line({ v: 1, seq: 2, at: '2026-11-24T10:15:31.000Z', type: 'notice', message: 'b' });

function line(event: RunEvent): string {
  return `${JSON.stringify(event)}\n`;
}

async function read(contents: string | Uint8Array): Promise<readonly number[]> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'seatrial-read-events-'));
  const path = join(folder.path, 'events.jsonl');
  await writeFile(path, contents);
  return await readPath(path);
}

async function readPath(path: string): Promise<readonly number[]> {
  const numbers: number[] = [];
  for await (const { seq } of readEvents(path)) numbers.push(seq);
  return numbers;
}

test('a log torn at any byte gives all events before the tear', async () => {
  const whole = Buffer.from(first + second);
  const firstBytes = Buffer.byteLength(first);

  for (let size = 0; size <= whole.length; size += 1) {
    const expected = [
      ...(size >= firstBytes - 1 ? [1] : []),
      ...(size >= whole.length - 1 ? [2] : []),
    ];
    expect(await read(whole.subarray(0, size)), `torn at ${size}`).toEqual(expected);
  }
});

test('zeros that a power cut left at the end are no event', async () => {
  expect(await read(`${first}${'\0'.repeat(500)}`)).toEqual([1]);
});

test('a line that is broken in the middle is refused with EVENT_LOG_CORRUPT and its place', async () => {
  const reading = read(`${first}{"v":1,"seq\n${second}`);

  await expect(reading).rejects.toMatchObject({ code: 'EVENT_LOG_CORRUPT', details: { line: 2 } });
});

test('an event of a type that this version does not have is refused with EVENT_LOG_CORRUPT', async () => {
  const reading = read(`{"v":1,"seq":1,"at":"now","type":"moon.landing"}\n`);

  await expect(reading).rejects.toMatchObject({ code: 'EVENT_LOG_CORRUPT' });
});

test('a log of another version is refused with EVENT_VERSION_UNKNOWN, naming both versions', async () => {
  const reading = read(`{"v":2,"seq":1,"at":"now","type":"notice","message":"x"}\n`);

  await expect(reading).rejects.toMatchObject({
    code: 'EVENT_VERSION_UNKNOWN',
    exitCode: 2,
  });
  await expect(reading).rejects.toThrow(/version 2.*reads version 1/u);
});

test('a log that is not there is refused with the cause kept', async () => {
  const reading = readPath('/nonexistent/events.jsonl');

  await expect(reading).rejects.toMatchObject({
    code: 'EVENT_LOG_CORRUPT',
    cause: { code: 'ENOENT' },
  });
});

test('a line longer than a chunk of the stream is read whole', async () => {
  const long = line({ v: 1, seq: 1, at: 'now', type: 'notice', message: 'ü'.repeat(200_000) });

  expect(await read(long + second)).toEqual([1, 2]);
});
