import { RE2JS } from 're2js';
import type { Refusal } from '../../../config/suite-schema.ts';
import { quote } from '../../shell-quote.ts';
import { dockerRun, inOrder } from '../by-hand.ts';
import type { Check, CheckResult } from '../check.ts';
import { lastLines, renderList, renderSeconds } from '../render.ts';
import type { RefusalsRun } from '../runs.ts';
import { signalOfExitCode } from '../signals.ts';
import type { Subject } from '../subject.ts';

export const refusesBadConfig: Check<'refusals'> = {
  id: 'refuses-bad-config',
  title: 'Refuses a wrong configuration',
  proves: 'Given what its owner says is wrong, the image ends soon, not with 0, and says why.',
  appliesTo: ['service', 'one-shot'],
  severity: 'error',
  group: 'standard',
  needs: 'refusals',

  isUnasked: ({ refuses = [] }) => refuses.length === 0,
  isPointless: ({ refuses = [] }) =>
    refuses.length === 0
      ? 'nothing is declared to be wrong: `suites: {behaviour: {refuses: [{env: {PORT: none}}]}}`'
      : undefined,

  async run(run) {
    return judgeRefusals(run);
  },

  byHand(subject) {
    const { refuses = [] } = subject;
    // Without a declaration, the place for one.
    const all =
      refuses.length === 0 ? [{ env: { SETTING: 'wrong' }, command: undefined }] : refuses;
    return inOrder(
      ...all.map(({ env, command }) =>
        inOrder(
          dockerRun(withEnv(subject, env), { flags: ['--rm'], command }),
          'echo "exit code $?"',
        ),
      ),
    );
  },
};

/** Put where values of secret-looking names are left to the reader. */
function withEnv(subject: Subject, env: Refusal['env']): Subject {
  const { image } = subject;
  const run = { ...image.profile.run, env: { ...image.profile.run.env, ...env } };
  return { ...subject, image: { ...image, profile: { ...image.profile, run } } };
}

export function judgeRefusals({ tries }: RefusalsRun): CheckResult {
  for (const each of tries) {
    const wrong = whatIsWrong(each);
    if (wrong === undefined) continue;
    return {
      verdict: 'fail',
      message: `Given ${nameOf(each.refusal)} ${wrong.what}.`,
      fix: wrong.fix,
      evidence: each.log.trim() === '' ? 'The log is empty.' : lastLines(each.log),
    };
  }
  const times = tries.map(({ end }) => end.durationMs);
  return {
    verdict: 'pass',
    message: `Refuses ${renderList(tries.map(({ refusal }) => nameOf(refusal)))}: ends within ${renderSeconds(Math.max(...times))}, not with 0, and says why.`,
  };
}

interface Wrong {
  /** Ends the sentence. */
  readonly what: string;
  readonly fix: string;
}

const CHECK_FIRST =
  'Check settings before anything is started: print what is wrong to stderr, and exit with 1.';

function whatIsWrong({ refusal, end, log }: RefusalsRun['tries'][number]): Wrong | undefined {
  if (end.state === 'refused')
    return {
      what: `it was not started at all: ${end.because}`,
      fix: 'Declare what the program gets to see: a `command` that the engine cannot run says nothing of the image.',
    };
  if (end.state === 'up')
    return {
      what: `it goes on, and is still up after ${renderSeconds(end.durationMs)}`,
      fix: CHECK_FIRST,
    };
  if (end.exitCode === 0) return { what: 'it ends with 0', fix: CHECK_FIRST };
  const signal = signalOfExitCode(end.exitCode);
  if (signal !== undefined)
    return { what: `it does not refuse, it crashes (${signal.name})`, fix: CHECK_FIRST };
  if (log.trim() === '')
    return {
      what: `it ends with exit code ${String(end.exitCode)} and says nothing`,
      fix: 'Print which setting is wrong to stderr before the program ends.',
    };
  const { says } = refusal;
  if (says === undefined || RE2JS.compile(says).matcher(log).find()) return undefined;
  return {
    what: `it ends with exit code ${String(end.exitCode)}, and nothing that it prints matches \`${says}\``,
    fix: 'Name the setting in the message, or correct `says`.',
  };
}

/** Values stay out of reports: what is wrong may be a password. */
function nameOf({ env, command }: Refusal): string {
  const names = Object.keys(env);
  const parts = [
    ...(names.length === 0 ? [] : [`another ${renderList(names)}`]),
    ...(command === undefined ? [] : [`the command \`${command.map(quote).join(' ')}\``]),
  ];
  return parts.join(' and ');
}
