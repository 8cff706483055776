import { foldReport } from '../fold-report.ts';
import type { Reporter } from '../reporter.ts';

/** For code scanning: GitHub, GitLab and editors show it beside the findings of other tools. */
export const sarif: Reporter = {
  id: 'sarif',
  describe: 'Failures and warnings as SARIF 2.1.0, for code scanning.',
  destination: 'output',
  open: async ({ out }) =>
    foldReport(async (view) => {
      const { renderSarif } = await import('../sarif-text.ts');
      out.write(renderSarif(view));
    }),
};
