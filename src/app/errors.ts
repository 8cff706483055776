import {
  AppError,
  exitCodes,
  type ErrorOptionsWithDetails,
  type ErrorTable,
} from '../kernel/errors.ts';

export const appErrors = {
  OPTION_INVALID: {
    exit: exitCodes.usage,
    meaning: 'The value of an option of the command line is not of the form it takes.',
    hint: 'Run the command with `--help` to see its form and examples.',
  },
  CHECK_IMAGE_UNKNOWN: {
    exit: exitCodes.usage,
    meaning: '`seatrial check` was given an image that the engine does not have.',
    hint: 'Build it or pull it first: `docker images` lists what the engine has.',
  },
  INIT_FILE_EXISTS: {
    exit: exitCodes.usage,
    meaning: '`seatrial init` would overwrite a file.',
    hint: 'Remove the file, or run `seatrial init --force` to overwrite it.',
  },
  RECORD_NOT_USABLE: {
    exit: exitCodes.refused,
    meaning: '`seatrial record --write` saw a run that no test should ask for: it did not come up.',
    hint: 'Look at what it said, and give it what it needs behind `--`: `-- -e NAME=value`.',
  },
  RECORD_CONFIG_IS_CODE: {
    exit: exitCodes.usage,
    meaning: '`seatrial record --write` cannot write into a configuration that is a program.',
    hint: 'Run it without `--write`, and put what it prints into `defineConfig`.',
  },
} as const satisfies ErrorTable;

export type CommandErrorCode = keyof typeof appErrors;

/** What a command refuses before it begins. */
export class CommandError extends AppError<CommandErrorCode> {
  constructor(code: CommandErrorCode, message: string, options?: ErrorOptionsWithDetails) {
    super(appErrors, { code, message }, options);
  }
}
