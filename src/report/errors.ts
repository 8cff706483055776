import {
  AppError,
  exitCodes,
  type ErrorOptionsWithDetails,
  type ErrorTable,
} from '../kernel/errors.ts';

export const reportErrors = {
  REPORTER_UNKNOWN: {
    exit: exitCodes.usage,
    meaning: 'A report was asked for in a form that does not exist.',
    hint: 'Use one of the reporters that `seatrial --help` lists.',
  },
  REPORT_UNWRITABLE: {
    exit: exitCodes.environment,
    meaning: 'A report could not be written. The run itself went on.',
    hint: 'Make room on the disk and make the folder of the report writable.',
  },
  RUN_SELECTION_INVALID: {
    exit: exitCodes.usage,
    meaning: 'What `times --compare` was given is neither a run, a commit nor a range of runs.',
    hint: 'Give a run id, the first digits of a commit, `last:10`, `last:20..11` or `<run>..<run>`.',
  },
  RUN_SELECTION_EMPTY: {
    exit: exitCodes.usage,
    meaning: 'No finished run of the history matches the selection.',
    hint: 'List the runs with `seatrial times`, and select one that finished.',
  },
} as const satisfies ErrorTable;

export type ReportErrorCode = keyof typeof reportErrors;

export class ReportError extends AppError<ReportErrorCode> {
  constructor(code: ReportErrorCode, message: string, options?: ErrorOptionsWithDetails) {
    super(reportErrors, { code, message }, options);
  }
}
