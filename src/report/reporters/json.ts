import { foldReport } from '../fold-report.ts';
import type { Reporter } from '../reporter.ts';

/** For programs: one object, when the run is over. */
export const json: Reporter = {
  id: 'json',
  describe: 'One JSON object of schema `seatrial.report/1`, for programs.',
  destination: 'output',
  open: async ({ out }) =>
    foldReport(async (view) => {
      const { toReport } = await import('../to-report.ts');
      out.write(`${JSON.stringify(toReport(view), undefined, 2)}\n`);
    }),
};
