import {
  AppError,
  exitCodes,
  type ErrorOptionsWithDetails,
  type ErrorTable,
} from '../../kernel/errors.ts';

/** What can be wrong before a behaviour check begins. A check that says no is no error. */
export const behaviourErrors = {
  IMAGE_NOT_ON_ENGINE: {
    exit: exitCodes.usage,
    meaning: 'The image to check is not on the engine.',
    hint: 'Build or pull it first, and look with `docker image ls` for how it is called.',
  },
  STATE_SETTING_INVALID: {
    exit: exitCodes.usage,
    meaning: 'A `state` setting cannot be understood.',
    hint: 'Write `http` as `[METHOD] [PORT]/path` and `expect` in RE2 syntax.',
  },
} as const satisfies ErrorTable;

export type BehaviourErrorCode = keyof typeof behaviourErrors;

export class BehaviourError extends AppError<BehaviourErrorCode> {
  constructor(code: BehaviourErrorCode, message: string, options: ErrorOptionsWithDetails = {}) {
    super(behaviourErrors, { code, message }, options);
  }
}
