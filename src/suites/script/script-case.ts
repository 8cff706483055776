import type { FileSuite } from '../../config/suite-schema.ts';
import { signalOf } from '../exit-code.ts';
import type { FileFinding } from '../file-by-file.ts';
import { lastLines } from '../last-lines.ts';
import { renderLimit } from '../render-limit.ts';
import type { SuiteProgramEnd } from '../suite-process.ts';

export function judgeScript(end: SuiteProgramEnd, settings: FileSuite): FileFinding {
  const { remains } = end;
  if (end.isCancelled) {
    return { verdict: 'lost', message: 'Was ended', reason: 'The run was cancelled.' };
  }
  const left = remains === undefined ? '' : `; left ${remains}, removed`;
  if (end.exitCode === 0 && !end.isTimedOut) {
    if (remains === undefined) return { verdict: 'pass', message: 'Ended with exit code 0' };
    return {
      verdict: 'warn',
      message: `Ended with exit code 0${left}`,
      fix: 'Let the script remove what it makes, also when it fails: trap \'docker rm -f -v "$name"\' EXIT',
    };
  }
  const evidence = lastLines(end.output);
  const { message, fix } = explain(end, settings);
  return {
    verdict: 'fail',
    message: `${message}${left}`,
    fix,
    ...(evidence === '' ? {} : { evidence }),
  };
}

interface Explanation {
  readonly message: string;
  readonly fix: string;
}

function explain(end: SuiteProgramEnd, settings: FileSuite): Explanation {
  if (end.startError !== undefined) {
    return {
      message: `Could not be started: ${end.startError}`,
      fix: 'Correct the first line of the script: the program that it names after #! must be there.',
    };
  }
  if (end.isTimedOut) {
    return {
      message: `Did not end within ${renderLimit(settings.timeout)}, the limit in suites.script.timeout`,
      fix: 'See in the last lines of output what it waits for, or raise suites.script.timeout.',
    };
  }
  const message = `Ended with exit code ${String(end.exitCode)}`;
  const signal = signalOf(end.exitCode);
  if (signal === undefined) return { message, fix: fixOf(end.exitCode) };
  return {
    message: `${message} (${signal})`,
    fix: 'Find out what sent the signal; SIGKILL often means that memory ran out.',
  };
}

/** @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_08_02 */
function fixOf(exitCode: number): string {
  switch (exitCode) {
    case 125:
      return 'Read the message of docker in the last lines of output: it refused a command.';
    case 126:
      return 'A command in the script is there but cannot be executed: check its mode.';
    case 127:
      return 'A command in the script was not found: install it, or correct its name or PATH.';
    default:
      return 'Read the last lines of output, then run the script by hand to see it fail.';
  }
}
