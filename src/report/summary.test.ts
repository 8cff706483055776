import { expect, test } from 'vitest';
import type { RunEventBody } from '../kernel/run-events.ts';
import { emptyRun, fold } from './fold.ts';
import { createStyle } from './style.ts';
import { renderSummary } from './summary.ts';
import { behaviourCase, toEvents } from './testing/sample-run.ts';

const steps = ['linux/amd64', 'linux/arm64'].map((platform) => ({
  id: `test:app@${platform}:behaviour`,
  kind: 'test' as const,
  image: 'app',
  platform,
  suite: 'behaviour',
  needs: [],
}));

test('of an image for several platforms each skip says of which it is', () => {
  const [amd64 = '', arm64 = ''] = steps.map(({ id }) => id);
  const skipped = behaviourCase('answers', { verdict: 'skip', reason: 'no state block' });
  const events: readonly RunEventBody[] = [
    { type: 'plan.made', steps },
    { type: 'case.finished', step: amd64, case: skipped },
    { type: 'step.finished', step: amd64, outcome: 'passed', durationMs: 1 },
    {
      type: 'step.finished',
      step: arm64,
      outcome: 'skipped',
      durationMs: 0,
      reason: 'linux/arm64 is declared untested',
    },
  ];
  const view = toEvents(events.map((event) => [0, event])).reduce(fold, emptyRun);

  const lines = renderSummary(view, {
    style: createStyle({ env: {}, isTty: false }),
    width: 120,
    files: [],
  });

  expect(lines.filter((line) => /: (?:no state|linux)/u.test(line))).toEqual([
    '  skipped  answers of app linux/amd64: no state block',
    '           test app behaviour linux/arm64: linux/arm64 is declared untested',
  ]);
});
