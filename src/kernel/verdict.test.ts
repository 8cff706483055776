import { expect, test } from 'vitest';
import { countVerdicts, outcomeOf, type Case, type Verdict } from './verdict.ts';

function each(verdict: Verdict, severity: Case['severity'] = 'error'): Case {
  return { suite: 'script', id: verdict, verdict, severity, durationMs: 1, message: '' };
}

test.each<[string, readonly Case[], string]>([
  ['one pass', [each('pass')], 'passed'],
  ['a pass and a warning', [each('pass'), each('warn')], 'passed'],
  ['a warning alone', [each('warn')], 'passed'],
  ['a pass and a skip', [each('pass'), each('skip')], 'passed'],
  ['a failure that only warns', [each('pass'), each('fail', 'warn')], 'passed'],
  ['one failure among passes', [each('pass'), each('fail')], 'failed'],
  ['a lost case among passes', [each('pass'), each('lost')], 'lost'],
  ['a failure beside a lost case', [each('fail'), each('lost')], 'failed'],
  ['no case', [], 'empty'],
  ['nothing but skips', [each('skip'), each('skip')], 'empty'],
])('%s makes the set %s', (_, cases, outcome) => {
  expect(outcomeOf(cases)).toBe(outcome);
});

function still(verdict: Verdict): Case {
  return { ...each(verdict), isStatic: true };
}

test.each<[string, readonly Case[], string]>([
  ['beside nothing but skips', [still('pass'), each('skip')], 'empty'],
  ['beside a pass', [still('pass'), each('pass'), each('skip')], 'passed'],
  ['alone', [still('pass'), still('skip')], 'passed'],
  ['alone and skipped', [still('skip')], 'empty'],
  ['that failed, beside a pass', [still('fail'), each('pass')], 'failed'],
  ['that failed, beside nothing but skips', [still('fail'), each('skip')], 'failed'],
  ['that was lost, beside a pass', [still('lost'), each('pass')], 'lost'],
])('a case without a container, %s, says no more than it can', (_, cases, outcome) => {
  expect(outcomeOf(cases)).toBe(outcome);
});

test('every verdict is counted, those that did not occur too', () => {
  expect(countVerdicts([each('pass'), each('pass'), each('lost')])).toEqual({
    pass: 2,
    warn: 0,
    fail: 0,
    skip: 0,
    lost: 1,
  });
});
