import { comeUp, dockerRemove, dockerRun, inOrder } from '../by-hand.ts';
import type { CanaryTrial } from '../canary-outcome.ts';
import { secretNamesOf } from '../own-values.ts';
import { renderList } from '../render.ts';
import type { Check, CheckResult } from '../check.ts';

export const secretHygiene: Check<'canary'> = {
  id: 'secret-hygiene',
  title: 'Keeps secrets to itself',
  proves: 'What the image is told in a variable for a secret stands in no log and no argument.',
  appliesTo: ['service'],
  severity: 'warn',
  group: 'full',
  needs: 'canary',

  isPointless: (subject) =>
    secretNamesOf(subject).length === 0
      ? 'no variable of the image or of its profile has the name of a secret'
      : undefined,

  async run(run) {
    return judgeCanaries(run);
  },

  byHand: (subject) =>
    inOrder(
      dockerRun(subject, {
        env: Object.fromEntries(secretNamesOf(subject).map((name) => [name, 'canary'])),
      }),
      comeUp,
      'docker logs by-hand 2>&1 | grep canary',
      'docker top by-hand | grep canary',
      'docker diff by-hand',
      dockerRemove(),
    ),
};

export function judgeCanaries(run: CanaryTrial): CheckResult {
  const { inLog, inArguments, inFiles, names, outcome } = run;
  const places = [
    ...(inLog.length === 0 ? [] : [`the value of ${renderList(inLog)} in its log`]),
    ...(inArguments.length === 0
      ? []
      : [`the value of ${renderList(inArguments)} in the arguments of a process`]),
  ];
  if (places.length > 0) {
    return {
      verdict: 'warn',
      message: `Shows what it should keep: ${renderList(places)}, where others can read it.`,
      fix:
        inLog.length > 0
          ? 'Leave values of settings out of what the program logs, and turn `set -x` off in its scripts.'
          : 'Hand it to the program in a variable or a file instead of an argument.',
      ...evidenceOf(run),
    };
  }
  if (outcome.state !== 'ready') {
    const reason = `with made-up values in ${renderList(names)} it does not come up`;
    return { verdict: 'skip', message: `Could not be tried: ${reason}.`, reason };
  }
  const open = inFiles.filter(({ isOpen }) => isOpen).map(({ path }) => path);
  const note =
    open.length === 0
      ? ''
      : `; ${renderList(open)} holds one, and every user in the container can read it`;
  return {
    verdict: 'pass',
    message: `Made-up values in ${renderList(names)} stand in no log and no argument${note}.`,
    ...evidenceOf(run),
  };
}

function evidenceOf({ inFiles }: CanaryTrial): { readonly evidence?: string } {
  if (inFiles.length === 0) return {};
  const lines = inFiles.map(
    ({ path, names, isOpen }) =>
      `${path} holds ${renderList(names)}${isOpen ? ', for every user to read' : ''}`,
  );
  return { evidence: lines.join('\n') };
}
