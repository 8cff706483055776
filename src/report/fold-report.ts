import { emptyRun, fold } from './fold.ts';
import type { OpenReport } from './reporter.ts';
import type { RunView } from './run-view.ts';

/** A report that is written once, from the whole run. */
export function foldReport(write: (view: RunView) => Promise<void>): OpenReport {
  let view = emptyRun;
  return {
    onEvent: (event) => {
      view = fold(view, event);
    },
    close: async () => await write(view),
  };
}
