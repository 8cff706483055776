import { dockerRun, inOrder } from '../by-hand.ts';
import type { Check, CheckResult } from '../check.ts';
import { FLAGS } from '../flags-line.ts';
import { lastLines, renderList, renderSeconds } from '../render.ts';
import type { End, FlagsRun } from '../runs.ts';

/** @see https://github.com/docker-library/official-images/blob/master/README.md#consistency */
export const flags: Check<'flags'> = {
  id: 'flags',
  title: 'Hands flags on',
  proves: 'Whoever gives `--version` or `--help` gets the answer of the program.',
  appliesTo: ['service', 'one-shot'],
  severity: 'warn',
  group: 'full',
  needs: 'flags',

  isPointless: ({ image }) =>
    (image.profile.run.entrypoint ?? image.record.config.entrypoint).length === 0
      ? 'the image has no ENTRYPOINT: a flag alone would be taken for a command'
      : undefined,

  async run(run) {
    return judgeFlags(run);
  },

  byHand: (subject) =>
    inOrder(...FLAGS.map((flag) => dockerRun(subject, { flags: ['--rm'], command: [flag] }))),
};

type Try = FlagsRun['tries'][number];

export function judgeFlags({ tries }: FlagsRun): CheckResult {
  const deaf = tries.find(({ end }) => end.state === 'up');
  if (deaf !== undefined)
    return ignored(
      deaf,
      `Given \`${deaf.flag}\` it starts as ever, and is still up after ${renderSeconds(deaf.end.durationMs)}.`,
    );
  const [one, other] = tries;
  if (one !== undefined && other !== undefined && isSameAnswer(one, other))
    return ignored(
      one,
      `Answers ${listOf(tries)} with the same words, as if nothing had been asked.`,
    );
  if (tries.every(isTakenForCommand)) {
    const reason = 'the ENTRYPOINT takes what it is given for a command: flags go behind a program';
    return { verdict: 'skip', message: `Nothing to judge: ${reason}.`, reason };
  }
  const answered = tries.filter(({ end }) => isAnswer(end));
  const others = tries.filter((each) => !answered.includes(each));
  if (answered.length === 0)
    return {
      verdict: 'pass',
      message: `Hands ${listOf(tries)} on to a program that knows neither (${codesOf(tries)}).`,
    };
  const rest =
    others.length === 0 ? '' : `; ${listOf(others)} it does not know (${codesOf(others)})`;
  return { verdict: 'pass', message: `Hands flags on: ${listOf(answered)} ends with 0${rest}.` };
}

function ignored({ log }: Try, message: string): CheckResult {
  return {
    verdict: 'warn',
    message,
    fix: 'Hand on what the entrypoint is given: `exec server "$@"`, or, when the first argument begins with a dash, `set -- server "$@"` before `exec "$@"`.',
    evidence: log.trim() === '' ? 'The log is empty.' : lastLines(log),
  };
}

function isSameAnswer(one: Try, other: Try): boolean {
  return isAnswer(one.end) && isAnswer(other.end) && one.log.trim() !== '' && one.log === other.log;
}

/** What shells and inits say when they are to run `--version`. */
const NO_COMMAND = /\bexec\b.*(?:not found|no such file|(?:illegal|invalid|unrecognized) option)/iu;

function isTakenForCommand({ end, log }: Try): boolean {
  if (end.state !== 'ended') return end.state === 'refused';
  return end.exitCode === 126 || end.exitCode === 127 || NO_COMMAND.test(log);
}

function isAnswer(end: End): boolean {
  return end.state === 'ended' && end.exitCode === 0;
}

function listOf(tries: readonly Try[]): string {
  return renderList(tries.map(({ flag }) => `\`${flag}\``));
}

function codesOf(tries: readonly Try[]): string {
  const codes = tries.map(({ end }) =>
    end.state === 'ended' ? `exit code ${String(end.exitCode)}` : end.state,
  );
  return renderList([...new Set(codes)]);
}
