import { join } from 'node:path';
import { openHistory } from '../history/results.ts';
import { findProjectFolder } from '../pipeline/project-folder.ts';
import { selectRuns } from '../report/select-runs.ts';
import { renderComparison, renderTimes } from '../report/times-table.ts';
import { toStageTimes } from '../report/times.ts';
import type { AppHost } from './app-host.ts';
import { CommandError } from './errors.ts';
import { STATE_FOLDER } from './state-folder.ts';

export interface TimesRequest {
  /** Two selections of runs; see `report/select-runs.ts`. */
  readonly compare?: readonly string[] | undefined;
  readonly format: 'text' | 'json';
}

/** Minimum, median and maximum per stage over past runs, or over two sets of them beside each other. */
export async function readTimes(host: AppHost, request: TimesRequest): Promise<string> {
  const { compare } = request;
  if (compare !== undefined && compare.length !== 2)
    throw new CommandError(
      'OPTION_INVALID',
      `--compare takes two sets of runs, not ${compare.length}`,
    );
  const folder = await findProjectFolder(host.cwd);
  await using history = await openHistory({
    folder: join(folder, STATE_FOLDER),
    clock: host.clock,
    onNotice: (message) => host.stderr.write(`${message}\n`),
  });
  const [runs, steps] = await Promise.all([history.runTimes(), history.stepTimes()]);
  const sets = (compare ?? [undefined]).map((selector) =>
    toStageTimes(selector === undefined ? runs : selectRuns(runs, selector), steps),
  );
  if (request.format === 'json')
    return `${JSON.stringify({ schema: 'seatrial.times/1', sets }, null, 2)}\n`;
  const [before = [], after] = sets;
  const lines = after === undefined ? renderTimes(before) : renderComparison(before, after);
  return `${lines.join('\n')}\n`;
}
