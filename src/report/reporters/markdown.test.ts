import { expect, test } from 'vitest';
import { captureOutput } from '../testing/captured-output.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { failedRun, toEvents } from '../testing/sample-run.ts';
import { markdown } from './markdown.ts';

test('the Markdown report is on the output, with the steps, the failure and its fix', async () => {
  const out = captureOutput();
  const report = await markdown.open({ out, env: {}, clock: createFakeClock(), files: [] });
  for (const event of toEvents(failedRun)) report.onEvent(event);
  await report.close();

  expect(out.text()).toMatch(/^### .*\n\n\| \| step \| time \| result \|\n/u);
  expect(out.text()).toContain('#### ❌ dynamodb: stops');
  expect(out.text()).toContain('**Fix:** Start the program with');
  expect(out.text()).toContain('```text\ndocker run -d --name t dynamodb');
});
