import {
  AppError,
  exitCodes,
  type ErrorOptionsWithDetails,
  type ErrorTable,
} from '../kernel/errors.ts';

export const sandboxErrors = {
  SANDBOX_SOCKET_PATH_TOO_LONG: {
    exit: exitCodes.environment,
    meaning: 'The private folder is so deep that no Unix socket can be made in it.',
    hint: 'Set TMPDIR to a folder with a short path, such as /tmp.',
  },
  SANDBOX_SOCKET_FAILED: {
    exit: exitCodes.environment,
    meaning: 'The socket that stands for the engine could not be opened.',
    hint: 'Make sure that the temporary folder exists, is writable and has free space.',
  },
  SANDBOX_ENDPOINT_UNSUPPORTED: {
    exit: exitCodes.environment,
    meaning: 'The engine is reached in a way that scripts cannot be given.',
    hint: 'Point DOCKER_HOST at a unix:// or tcp:// address, for example through `ssh -L`.',
  },
} as const satisfies ErrorTable;

export class SandboxError extends AppError<keyof typeof sandboxErrors> {
  constructor(
    code: keyof typeof sandboxErrors,
    message: string,
    options?: ErrorOptionsWithDetails,
  ) {
    super(sandboxErrors, { code, message }, options);
  }
}
