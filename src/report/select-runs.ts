import { ReportError } from './errors.ts';
import type { TimedRun } from './times.ts';

const LAST = /^last:(\d+)(?:\.\.(\d*))?$/u;
const RANGE = /^([^.]+)\.\.([^.]+)$/u;
const NAME = /^[0-9a-zA-Z-]{4,}$/u;

/**
 * Runs by what a person calls them, of `runs` oldest first: a run id or its beginning; the beginning of a
 * commit, for all runs of it; `last:10`, the ten newest; `last:20..11`, from the twentieth newest to the
 * eleventh, where `last:20..` goes on to the newest; `A..B`, from a run or commit to another, both included.
 * @throws {ReportError} RUN_SELECTION_INVALID, RUN_SELECTION_EMPTY
 */
export function selectRuns(runs: readonly TimedRun[], selector: string): readonly TimedRun[] {
  const selected =
    selectLast(runs, selector) ?? selectRange(runs, selector) ?? byName(runs, selector);
  if (selected.length > 0) return selected;
  throw new ReportError('RUN_SELECTION_EMPTY', `No finished run matches ${quoted(selector)}.`, {
    details: { selector },
  });
}

function selectLast(runs: readonly TimedRun[], selector: string): readonly TimedRun[] | undefined {
  const match = LAST.exec(selector);
  if (match === null) return undefined;
  const oldest = Number(match[1]);
  const newest = match[2] === undefined || match[2] === '' ? 1 : Number(match[2]);
  if (newest < 1 || oldest < newest) throw invalid(selector);
  return runs.slice(Math.max(0, runs.length - oldest), Math.max(0, runs.length - newest + 1));
}

function selectRange(runs: readonly TimedRun[], selector: string): readonly TimedRun[] | undefined {
  const match = RANGE.exec(selector);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const [first] = byName(runs, match[1]);
  const last = byName(runs, match[2]).at(-1);
  if (first === undefined || last === undefined) return [];
  return runs.slice(runs.indexOf(first), runs.indexOf(last) + 1);
}

function byName(runs: readonly TimedRun[], name: string): readonly TimedRun[] {
  if (!NAME.test(name)) throw invalid(name);
  const byId = runs.filter(({ runId }) => runId.startsWith(name));
  return byId.length > 0 ? byId : runs.filter(({ commit }) => commit?.startsWith(name) === true);
}

function invalid(selector: string): ReportError {
  return new ReportError(
    'RUN_SELECTION_INVALID',
    `${quoted(selector)} names neither a run, nor a commit, nor a range of runs.`,
    { details: { selector } },
  );
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
