import { comeUp, dockerRemove, dockerRun, inOrder } from '../by-hand.ts';
import { findInLog, type LogFinding } from '../log-seen.ts';
import { renderLines, renderList, renderSize } from '../render.ts';
import { isAllowed, type Written, type WrittenPath } from '../writes-seen.ts';
import type { Check, CheckResult } from '../check.ts';
import type { Subject } from '../subject.ts';

export const logs: Check<'ready'> = {
  id: 'logs',
  title: 'Logs to stdout, and nothing to worry about',
  proves:
    'The log goes to stdout or stderr and not to a file, and the start leaves no stack trace, denied permission or deprecation in it.',
  appliesTo: ['service'],
  severity: 'warn',
  group: 'quick',
  needs: 'ready',

  async run(run, subject) {
    return judgeLog(await run.log(), await run.written(), subject);
  },

  byHand: (subject) =>
    inOrder(
      dockerRun(subject),
      comeUp,
      'docker logs by-hand',
      'docker diff by-hand',
      dockerRemove(),
    ),
};

export function judgeLog(log: string, written: Written, subject: Subject): CheckResult {
  const files = logFilesOf(written, subject);
  const findings = findInLog(log, subject);
  const [file] = files;
  if (file !== undefined) {
    return {
      verdict: 'warn',
      message: `Logs go to a file, where nobody looks and nothing makes room: ${renderList(files.map(({ path }) => path))}${besides(findings)}.`,
      fix: `Let the program log to stdout, or link the file there: \`RUN ln -sf /dev/stdout ${file.path}\`.`,
      evidence: renderLines([
        ...files.map(({ path, sizeBytes }) => `${path} (${renderSize(sizeBytes)})`),
        ...findings.map(({ line }) => line),
      ]),
    };
  }
  if (findings.length > 0) {
    return {
      verdict: 'warn',
      message: `Its log has ${renderList(findings.map(({ what }) => what))} though it comes up.`,
      fix: 'Correct what the lines tell of; if they are meant to be so, silence this with `skip`.',
      evidence: renderLines(findings.map(({ line }) => line)),
    };
  }
  const message =
    log.trim() === ''
      ? 'Its log is empty at the start, as that of a quiet server may be.'
      : 'Logs to stdout or stderr, without a stack trace, denied permission or deprecation.';
  return { verdict: 'pass', message };
}

/** Written by whoever logs in or installs: no log of the program. */
const NO_LOG =
  /^\/var\/log\/(?:(?:wtmp|btmp|lastlog|faillog)$|apt\/|dpkg\.log$|alternatives\.log$)/u;

function logFilesOf({ paths }: Written, { mayWrite }: Subject): readonly WrittenPath[] {
  return paths.filter(
    ({ path, kind, sizeBytes }) =>
      kind !== 'deleted' &&
      sizeBytes > 0 &&
      path.startsWith('/var/log/') &&
      !NO_LOG.test(path) &&
      !isAllowed(path, mayWrite),
  );
}

function besides(findings: readonly LogFinding[]): string {
  if (findings.length === 0) return '';
  return `; and on stdout or stderr there is ${renderList(findings.map(({ what }) => what))}`;
}
