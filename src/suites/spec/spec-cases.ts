import { isAbsolute, relative, sep } from 'node:path';
import type { Case } from '../../kernel/verdict.ts';
import { quote } from '../shell-quote.ts';
import type { SuiteProgramEnd } from '../suite-process.ts';
import { describeFailures, headlineOf } from './spec-evidence.ts';
import type { SpecFailure, TestMessage } from './spec-messages.ts';

/** Makes cases of what Vitest reports. Ids are unique: a title that comes twice gets a number. */
export interface SpecCases {
  idOf(file: string, title: string): string;
  ofTest(test: TestMessage): Promise<Case>;
  /** A file that could not be loaded, holds no test, or whose hooks failed. */
  ofFile(file: string, durationMs: number, failures: readonly SpecFailure[]): Promise<Case>;
  ofUnhandled(failure: SpecFailure): Promise<Case>;
  /** A file that Vitest did not come to the end of. */
  ofOpenFile(file: string, why: OpenFile): Case;
  ofRemains(remains: string): Case;
  /** Vitest says that something is wrong, and no case says what. */
  ofBadEnd(end: SuiteProgramEnd, evidence: string): Case;
}

export interface OpenFile {
  readonly end: SuiteProgramEnd;
  readonly timeoutMs: number;
  readonly evidence: string;
}

export interface SpecCasesOptions {
  readonly projectFolder: string;
  /** Reference of the image, for commands. */
  readonly ref: string;
}

const fixes = {
  test: 'Correct what the line above the caret tests, in the image or in the spec file.',
  empty: 'Write a test in it, or take it out of suites.spec.',
  file: 'Correct the spec file: it could not be loaded, or a hook around its tests failed.',
  unhandled: 'Await the promise, or catch the error, in the place that the evidence shows.',
  flaky: 'Find out why it does not pass every time: a flaky test hides a flaky image.',
  remains: 'Let the spec files remove what they make without fixtures, also when they fail.',
  timeout: 'See in the last lines of output what it waits for, or raise suites.spec.timeout.',
  badEnd: 'Read the last lines of output, then run Vitest by hand.',
} as const;

export function createSpecCases({ projectFolder, ref }: SpecCasesOptions): SpecCases {
  const seen = new Map<string, number>();
  const pathOf = (file: string): string =>
    isAbsolute(file) ? relative(projectFolder, file).split(sep).join('/') : file;
  const idOf = (file: string, title: string): string => `${pathOf(file)} > ${title}`;
  const commandOf = (file: string): string =>
    `IMAGE=${quote(ref)} npx vitest --run ${quote(pathOf(file))}`;
  const make = (found: Pick<Case, 'id' | 'verdict' | 'message'> & Partial<Case>): Case => {
    const count = (seen.get(found.id) ?? 0) + 1;
    seen.set(found.id, count);
    const id = count === 1 ? found.id : `${found.id} (${String(count)})`;
    return { suite: 'spec', severity: 'error', durationMs: 0, ...found, id };
  };
  const failed = async (id: string, failures: readonly SpecFailure[]): Promise<FailedCase> => ({
    id,
    verdict: 'fail',
    message: headlineOf(failures, pathOf),
    evidence: await describeFailures(failures),
  });

  return {
    idOf,
    ofTest: async (test) => {
      const id = idOf(test.file, test.title);
      const common = {
        id,
        durationMs: Math.round(test.durationMs),
        command: commandOf(test.file),
      };
      if (test.state === 'failed') {
        const found = await failed(id, test.failures);
        const fix = test.failures[0]?.hint ?? fixes.test;
        return make({ ...common, ...found, fix });
      }
      if (test.state === 'skipped') {
        const reason = test.note ?? 'The spec file skips it.';
        return make({ ...common, verdict: 'skip', message: 'Was not run', reason });
      }
      if (test.retries === 0) return make({ ...common, verdict: 'pass', message: 'Passed' });
      const message = `Passed at attempt ${String(test.retries + 1)}`;
      return make({ ...common, verdict: 'warn', severity: 'warn', message, fix: fixes.flaky });
    },
    ofFile: async (file, durationMs, failures) => {
      const found = await failed(pathOf(file), failures);
      const common = { durationMs: Math.round(durationMs), command: commandOf(file) };
      if (failures.length > 0) return make({ ...common, ...found, fix: fixes.file });
      const message = `${pathOf(file)} holds no test`;
      return make({ ...common, id: found.id, verdict: 'fail', message, fix: fixes.empty });
    },
    ofUnhandled: async (failure) =>
      make({ ...(await failed('unhandled error', [failure])), fix: fixes.unhandled }),
    ofOpenFile: (file, { end, timeoutMs, evidence }) => {
      const common = { id: pathOf(file), command: commandOf(file), evidence };
      if (end.isCancelled) {
        return make({ ...common, verdict: 'lost', message: 'Was ended', reason: CANCELLED });
      }
      if (end.isTimedOut) {
        const limit = `${String(timeoutMs / 1000)} s a file, the limit in suites.spec.timeout`;
        const message = `Did not end within ${limit}`;
        return make({ ...common, verdict: 'fail', message, fix: fixes.timeout });
      }
      const reason = `Vitest ended with exit code ${String(end.exitCode)} and did not report it.`;
      return make({ ...common, verdict: 'lost', message: 'Did not come to its end', reason });
    },
    ofRemains: (remains) =>
      make({
        id: 'vitest',
        verdict: 'warn',
        severity: 'warn',
        message: `Left ${remains}, removed`,
        fix: fixes.remains,
      }),
    ofBadEnd: (end, evidence) =>
      make({
        id: 'vitest',
        verdict: 'fail',
        message: `Vitest ended with exit code ${String(end.exitCode)}, though no test failed`,
        evidence,
        fix: fixes.badEnd,
      }),
  };
}

type FailedCase = Pick<Case, 'id' | 'verdict' | 'message' | 'evidence'>;

const CANCELLED = 'The run was cancelled.';
