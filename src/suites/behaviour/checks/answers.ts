import { stateByHand } from '../state-by-hand.ts';
import { comeUp, dockerRemove, dockerRun, inOrder } from '../by-hand.ts';
import { noState } from '../skip-reasons.ts';
import type { Check, CheckResult } from '../check.ts';
import type { StateOutcome } from '../state-action.ts';

export const answers: Check<'ready'> = {
  id: 'answers',
  title: 'Answers',
  proves: 'What `state.write` writes, `state.read` finds in the same container.',
  appliesTo: ['service'],
  severity: 'error',
  group: 'quick',
  needs: 'ready',

  isPointless: noState,

  async run(run) {
    const exercise = await run.exercise();
    if (exercise === undefined)
      throw new Error('ready run of a subject with state has no exercise');
    if (exercise.write.result !== 'met') return unmet('write', exercise.write);
    if (exercise.read?.result !== 'met') return unmet('read', exercise.read ?? exercise.write);
    return { verdict: 'pass', message: '`state.read` finds what `state.write` wrote.' };
  },

  byHand: (subject) =>
    inOrder(
      dockerRun(subject),
      comeUp,
      stateByHand(subject, 'write'),
      stateByHand(subject, 'read'),
      dockerRemove(),
    ),
};

function unmet(action: 'write' | 'read', { because, result, seen }: StateOutcome): CheckResult {
  const message =
    action === 'write'
      ? `\`state.write\` failed: ${because}.`
      : `\`state.read\` does not find what \`state.write\` has just written: ${because}.`;
  const fix =
    result === 'unanswered'
      ? `Correct the port, path or command of \`state.${action}\`; if it needs longer to start, set \`ready\` to what tells that it can answer.`
      : `Correct the image, or what \`state.${action}\` sends and expects.`;
  return { verdict: 'fail', message, fix, ...(seen === '' ? {} : { evidence: seen }) };
}
