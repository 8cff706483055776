import { writeFileAtomically } from '../../host/files.ts';
import { foldReport } from '../fold-report.ts';
import type { Reporter } from '../reporter.ts';

/** For people who look afterwards, or who were not there: everything on one page. */
export const html: Reporter = {
  id: 'html',
  describe: 'One self-contained page with failures, timeline and all cases.',
  destination: 'file',
  open: async ({ path }) =>
    foldReport(async (view) => {
      const { renderPage } = await import('../html/page.ts');
      if (path !== undefined) await writeFileAtomically(path, renderPage(view));
    }),
};
