import { writeFileAtomically } from '../../host/files.ts';
import { foldReport } from '../fold-report.ts';
import type { Reporter } from '../reporter.ts';

/** For CI services, which show it as the results of tests. */
export const junit: Reporter = {
  id: 'junit',
  describe: 'JUnit XML, which CI services show as test results.',
  destination: 'file',
  open: async ({ path }) =>
    foldReport(async (view) => {
      const { renderJunit } = await import('../junit-text.ts');
      if (path !== undefined) await writeFileAtomically(path, renderJunit(view));
    }),
};
