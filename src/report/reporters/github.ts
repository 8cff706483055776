import { appendFile } from 'node:fs/promises';
import { foldReport } from '../fold-report.ts';
import type { Reporter } from '../reporter.ts';

/**
 * For GitHub Actions: an annotation per failure and warning on the output, and a summary in the file that
 * `GITHUB_STEP_SUMMARY` names. Without that variable there is no summary.
 * @see https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
export const github: Reporter = {
  id: 'github',
  describe: 'Annotations and the job summary of GitHub Actions.',
  destination: 'output',
  open: async ({ out, env }) =>
    foldReport(async (view) => {
      const { renderAnnotations } = await import('../github-text.ts');
      const annotations = renderAnnotations(view);
      if (annotations.length > 0) out.write(`${annotations.join('\n')}\n`);
      const summaryPath = env['GITHUB_STEP_SUMMARY'] ?? '';
      if (summaryPath === '') return;
      const { renderMarkdown } = await import('../markdown-text.ts');
      await appendFile(summaryPath, renderMarkdown(view));
    }),
};
