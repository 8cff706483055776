import { foldReport } from '../fold-report.ts';
import type { Reporter } from '../reporter.ts';

/** For comments at pull requests, and for the job pages of services that show Markdown. */
export const markdown: Reporter = {
  id: 'markdown',
  describe:
    'Markdown with steps, failures and what was shipped, as for a comment at a pull request.',
  destination: 'output',
  open: async ({ out }) =>
    foldReport(async (view) => {
      const { renderMarkdown } = await import('../markdown-text.ts');
      out.write(renderMarkdown(view));
    }),
};
