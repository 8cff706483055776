import { foldReport } from '../fold-report.ts';
import type { Reporter } from '../reporter.ts';

/** For harnesses that read the Test Anything Protocol. */
export const tap: Reporter = {
  id: 'tap',
  describe: 'TAP version 14, one line for each case, when the run is over.',
  destination: 'output',
  open: async ({ out }) =>
    foldReport(async (view) => {
      const { renderTap } = await import('../tap-text.ts');
      out.write(renderTap(view));
    }),
};
