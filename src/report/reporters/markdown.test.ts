import { expect, test } from 'vitest';
import { outputOf } from '../testing/report-of.ts';
import { failedRun } from '../testing/sample-run.ts';
import { markdown } from './markdown.ts';

test('the Markdown report is on the output, with the steps, the failure and its fix', async () => {
  const text = await outputOf(markdown, failedRun);

  expect(text).toMatch(/^### .*\n\n\| \| step \| time \| result \|\n/u);
  expect(text).toContain('#### ❌ dynamodb: stops');
  expect(text).toContain('**Fix:** Start the program with');
  expect(text).toContain('```text\ndocker run -d --name t dynamodb');
});
