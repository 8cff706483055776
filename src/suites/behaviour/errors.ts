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
  HARDENING_IMPOSSIBLE: {
    exit: exitCodes.refused,
    meaning:
      'There is no start to be made harder: the image does not come up as it is, or is no service.',
    hint: 'Run `seatrial check` on it first; what it needs to come up belongs into `run` and `ready`.',
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
