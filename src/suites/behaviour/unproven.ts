import type { CheckResult } from './check.ts';
import { isProven, type Exercise } from './state-action.ts';

/** The skip of a check that reads state when state does not work at all; absent when it does. */
export function judgeUnproven(exercise: Exercise | undefined): CheckResult | undefined {
  if (isProven(exercise)) return undefined;
  const failed = exercise?.write.result === 'met' ? exercise.read : exercise?.write;
  const action = exercise?.write.result === 'met' ? 'state.read' : 'state.write';
  const because = failed?.because ?? 'nothing was written';
  return {
    verdict: 'skip',
    message: `\`${action}\` does not work in the first container: ${because}.`,
    reason: `\`${action}\` does not work in the first container (${because}); see \`answers\``,
    fix: 'Make `answers` pass first.',
  };
}
