import { relative, sep } from 'node:path';
import type { Case } from '../../kernel/verdict.ts';
import type { SuiteContext } from '../contract.ts';
import type { SuiteProgramEnd } from '../suite-process.ts';
import { createSpecCases } from './spec-cases.ts';
import type { SpecFailure, SpecMessage } from './spec-messages.ts';

/** Collects the cases of one Vitest, and sees to it that no file goes missing. */
export interface SpecLog {
  readonly cases: readonly Case[];
  readonly handle: (message: SpecMessage) => Promise<void>;
  /** Adds a case for everything that did not come to a verdict. */
  conclude(end: SuiteProgramEnd, timeoutMs: number): Promise<void>;
}

const MAX_EVIDENCE_LINES = 40;

export function createSpecLog(files: readonly string[], context: SuiteContext): SpecLog {
  const { projectFolder, report } = context;
  const make = createSpecCases({ projectFolder, ref: context.image.ref });
  const cases: Case[] = [];
  const open = new Set(files);
  let hasEnded = false;
  const add = (found: Case): void => {
    cases.push(found);
    report.caseFinished(found);
  };

  const handle = async (message: SpecMessage): Promise<void> => {
    switch (message.type) {
      case 'test-started':
        return report.caseStarted(make.idOf(message.file, message.title));
      case 'test':
        return add(await make.ofTest(message));
      case 'file':
        open.delete(relative(projectFolder, message.file).split(sep).join('/'));
        if (message.failures.length > 0 || message.tests === 0) {
          const { file, durationMs, failures } = message;
          add(await make.ofFile(file, durationMs, failures.filter(isOfFile)));
        }
        return undefined;
      case 'end':
        hasEnded = true;
        for (const failure of message.unhandled) add(await make.ofUnhandled(failure));
        return undefined;
    }
  };

  const conclude = async (end: SuiteProgramEnd, timeoutMs: number): Promise<void> => {
    const evidence = end.output.trimEnd().split('\n').slice(-MAX_EVIDENCE_LINES).join('\n');
    for (const file of open) add(make.ofOpenFile(file, { end, timeoutMs, evidence }));
    if (end.remains !== undefined) add(make.ofRemains(end.remains));
    if (cases.some(({ verdict }) => verdict === 'fail' || verdict === 'lost')) return;
    if (end.exitCode !== 0 || end.isTimedOut || !hasEnded) add(make.ofBadEnd(end, evidence));
  };
  return { cases, handle, conclude };
}

/** Vitest's own words for a file without tests say less than ours. */
function isOfFile({ message }: SpecFailure): boolean {
  return !message.startsWith('No test suite found');
}
