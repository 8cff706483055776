import {
  AppError,
  exitCodes,
  type ErrorOptionsWithDetails,
  type ErrorTable,
} from '../kernel/errors.ts';

export const historyErrors = {
  EVENT_LOG_UNWRITABLE: {
    exit: exitCodes.environment,
    meaning: 'The event log of the run could not be written, so no effect may be announced in it.',
    hint: 'Make room on the disk and make `.seatrial` writable, then run again.',
  },
  EVENT_LOG_CORRUPT: {
    exit: exitCodes.environment,
    meaning: 'A line of an event log, other than a torn last one, is not an event.',
    hint: 'Remove the folder of that run; the other runs are not affected.',
  },
  EVENT_VERSION_UNKNOWN: {
    exit: exitCodes.usage,
    meaning: 'An event log was written by a version of seatrial that this one does not understand.',
    hint: 'Read it with the version of seatrial that wrote it, or a newer one.',
  },
  RUN_EXISTS: {
    exit: exitCodes.environment,
    meaning: 'The folder of a new run is there already.',
    hint: 'Run again: the next run gets another id.',
  },
  HISTORY_UNAVAILABLE: {
    exit: exitCodes.environment,
    meaning: 'The database of earlier results could not be opened, read or written.',
    hint: 'Make `.seatrial` readable and writable for this user, and make room on the disk.',
  },
  HISTORY_BUSY: {
    exit: exitCodes.environment,
    meaning: 'Another process held the database of earlier results for more than 5 seconds.',
    hint: 'Wait for the other seatrial process of this folder, then run again.',
  },
  HISTORY_TOO_NEW: {
    exit: exitCodes.usage,
    meaning: 'The database of earlier results was made by a newer version of seatrial.',
    hint: 'Update seatrial, or remove `.seatrial/history.sqlite`: everything is then run again.',
  },
  PASS_WITHOUT_PROOF: {
    exit: exitCodes.bug,
    meaning: 'A pass was to be recorded although its cases do not make one.',
    hint: 'Report this: a step must not record a pass without cases that passed.',
  },
} as const satisfies ErrorTable;

export type HistoryErrorCode = keyof typeof historyErrors;

export class HistoryError extends AppError<HistoryErrorCode> {
  constructor(code: HistoryErrorCode, message: string, options?: ErrorOptionsWithDetails) {
    super(historyErrors, { code, message }, options);
  }
}
