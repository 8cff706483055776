import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../host/clock.ts';
import { openSmallDisk } from '../host/testing/small-disk.ts';
import type { RunEventBody } from '../kernel/run-events.ts';
import { HistoryError } from './errors.ts';
import { EVENTS_FILE, openEventLog } from './event-log.ts';
import { readEvents } from './read-events.ts';

const intent: RunEventBody = {
  type: 'effect.intent',
  step: 'ship:app',
  effect: 'tag',
  details: { tag: 'latest', filler: 'x'.repeat(5000) },
};

test('a journal on a full disk refuses an effect, and what it holds can be read', async () => {
  await using disk = await openSmallDisk({ sizeBytes: 128 * 1024 });
  const folder = join(disk.path, 'run');
  const log = openEventLog({ folder, clock: systemClock });
  log.emit(intent);
  // All but nothing is taken by somebody else.
  await writeFile(join(disk.path, 'filler'), Buffer.alloc(128 * 1024)).catch(() => undefined);

  const emitMany = (): void => {
    for (let count = 0; count < 100; count += 1) log.emit(intent);
  };

  expect(emitMany).toThrow(HistoryError);
  await log.close().catch(() => undefined);
  const events = await Array.fromAsync(readEvents(join(folder, EVENTS_FILE)));
  expect(events.length).toBeGreaterThan(0);
  expect(events.every(({ type }) => type === 'effect.intent')).toBe(true);
});

test('a run on a read-only disk does not begin: EVENT_LOG_UNWRITABLE', async () => {
  await using disk = await openSmallDisk({ sizeBytes: 128 * 1024 });
  await disk.makeReadOnly();

  expect(() => openEventLog({ folder: join(disk.path, 'run'), clock: systemClock })).toThrowError(
    expect.objectContaining({ code: 'EVENT_LOG_UNWRITABLE' }),
  );
});
