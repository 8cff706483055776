import { dockerRun } from '../by-hand.ts';
import { lastLines, renderSeconds } from '../render.ts';
import type { Check, CheckResult } from '../check.ts';
import type { OverrideRun } from '../runs.ts';

/** @see https://github.com/docker-library/official-images/blob/master/README.md#consistency */
export const overrideCmd: Check<'override'> = {
  id: 'override-cmd',
  title: 'Runs another command when asked',
  proves:
    'Whoever gives a command of their own gets that command: the ENTRYPOINT hands over to it.',
  appliesTo: ['service', 'one-shot', 'shell'],
  severity: 'warn',
  group: 'full',
  needs: 'override',

  isPointless: ({ image }) =>
    (image.profile.run.entrypoint ?? image.record.config.entrypoint).length === 0
      ? 'the image has no ENTRYPOINT: any command replaces its own'
      : undefined,

  async run(run) {
    return judgeOverride(run);
  },

  byHand: (subject) => dockerRun(subject, { flags: ['--rm'], command: ['echo', 'hello'] }),
};

export function judgeOverride({ asked, outcome, log }: OverrideRun): CheckResult {
  if (outcome === undefined) {
    const reason = 'the image has no `echo` to ask for: it holds one program and is no shell';
    return { verdict: 'skip', message: `Nothing to judge: ${reason}.`, reason };
  }
  const isDone = outcome.state === 'ready' || outcome.state === 'exited';
  if (isDone && log.split('\n').some((line) => line.trim() === asked)) {
    return {
      verdict: 'pass',
      message: `Asked for \`echo\`, it ran that (${renderSeconds(outcome.durationMs)}).`,
    };
  }
  const instead = {
    ready: 'it ended without printing the line',
    exited: 'it ended without printing the line',
    timeout: 'it runs something else, and does not end',
    refused: 'it could not be started',
  }[outcome.state];
  return {
    verdict: 'warn',
    message: `Asked for \`echo\`, it did not run that: ${instead}.`,
    fix: 'End the entrypoint script with `exec "$@"`, and put the default command into CMD.',
    evidence: log.trim() === '' ? 'The log is empty.' : lastLines(log),
  };
}
