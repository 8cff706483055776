import {
  AppError,
  exitCodes,
  type ErrorOptionsWithDetails,
  type ErrorTable,
} from '../kernel/errors.ts';

export const ciErrors = {
  CI_FILE_NOT_FOUND: {
    exit: exitCodes.usage,
    meaning: 'There is no file of that name, or no `.circleci/config.yml` in this folder.',
    hint: 'Give the path of the file: `seatrial circleci validate path/to/config.yml`.',
  },
  CI_FILE_UNREADABLE: {
    exit: exitCodes.usage,
    meaning: 'The file of a CI service is there and cannot be read as text.',
    hint: 'Make it a readable UTF-8 file of at most 4 MiB.',
  },
  CI_OPTION_INVALID: {
    exit: exitCodes.usage,
    meaning:
      'An option that says where an orb is, or what a pipeline is given, is not of its form.',
    hint: 'Write `--orb namespace/name=folder` and `--parameter name=value`.',
  },
  ORB_UNREADABLE: {
    exit: exitCodes.usage,
    meaning: 'The folder or file that `--orb` names holds no source of an orb.',
    hint: 'Give a file with the source of an orb, or a folder with `@orb.yml` in it.',
  },
  ORB_LOCK_INVALID: {
    exit: exitCodes.usage,
    meaning: '`.circleci/orbs.lock` is not of its form, or an orb is not the one that it names.',
    hint: 'Put the named version into the cache again, or correct the lock file.',
  },
} as const satisfies ErrorTable;

export type CiErrorCode = keyof typeof ciErrors;

export class CiError extends AppError<CiErrorCode> {
  constructor(code: CiErrorCode, message: string, options?: ErrorOptionsWithDetails) {
    super(ciErrors, { code, message }, options);
  }
}
