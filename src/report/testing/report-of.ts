import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reporter, ReportTarget } from '../reporter.ts';
import { captureOutput } from './captured-output.ts';
import { createFakeClock } from './fake-clock.ts';
import { toEvents, type TimedEvent } from './sample-run.ts';

/** What a reporter has written to the output when a run is over. */
export async function outputOf(
  reporter: Reporter,
  timed: readonly TimedEvent[],
  target: Partial<Pick<ReportTarget, 'env' | 'files' | 'path'>> = {},
): Promise<string> {
  const out = captureOutput();
  const report = await reporter.open({
    out,
    env: {},
    clock: createFakeClock(),
    files: [],
    ...target,
  });
  for (const event of toEvents(timed)) report.onEvent(event);
  await report.close();
  return out.text();
}

/** What is in the file of a reporter when a run is over. */
export async function fileOf(reporter: Reporter, timed: readonly TimedEvent[]): Promise<string> {
  await using folder = await mkdtempDisposable(join(tmpdir(), `seatrial-${reporter.id}-`));
  const path = join(folder.path, 'report');
  await outputOf(reporter, timed, { path });
  return await readFile(path, 'utf8');
}
