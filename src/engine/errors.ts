import {
  AppError,
  exitCodes,
  type ErrorOptionsWithDetails,
  type ErrorTable,
} from '../kernel/errors.ts';

/** What can go wrong between this process and a container engine. */
export const engineErrors = {
  ENGINE_SOCKET_ABSENT: {
    exit: exitCodes.environment,
    meaning:
      'No container engine was found: there is no socket at the address, and none elsewhere.',
    hint: 'Start Docker or podman, or set DOCKER_HOST to the address of an engine.',
  },
  ENGINE_FORBIDDEN: {
    exit: exitCodes.environment,
    meaning: 'The engine is there, but this user may not use it.',
    hint: 'Add your user to the group of the socket (usually `docker`) and log in again.',
  },
  ENGINE_UNREACHABLE: {
    exit: exitCodes.environment,
    meaning: 'The engine did not answer: connection refused, timeout, name or TLS failure.',
    hint: 'Check that the engine runs and that its address is right.',
  },
  ENGINE_TOO_OLD: {
    exit: exitCodes.environment,
    meaning: 'The engine is older than Docker 20.10 (API 1.41).',
    hint: 'Upgrade the engine to Docker 20.10 or podman 4, or later.',
  },
  ENGINE_DISK_FULL: {
    exit: exitCodes.environment,
    meaning: 'The engine has no space left on its disk.',
    hint: 'Free space on the disk of the engine, for example with `docker system df` and `seatrial clean`.',
  },
  ENGINE_PUSH_FAILED: {
    exit: exitCodes.environment,
    meaning: 'The engine could not push an image to the registry.',
    hint: 'Check that the engine reaches the registry and trusts its certificate, and that the login may push.',
  },
  ENGINE_CONTEXT_INVALID: {
    exit: exitCodes.usage,
    meaning: 'The engine address or the Docker context that was asked for cannot be read.',
    hint: 'Correct DOCKER_HOST, DOCKER_CONTEXT or the Docker configuration (`docker context ls`).',
  },
  ENGINE_FAILED: {
    exit: exitCodes.environment,
    meaning:
      'The engine answered that it failed (status 5xx), or answered what is not its protocol.',
    hint: 'Read the log of the engine.',
  },
  ENGINE_REFUSED_REQUEST: {
    exit: exitCodes.environment,
    meaning:
      'The engine refused a request (status 4xx): settings it does not accept, or a missing object.',
    hint: 'Correct the setting that the message names.',
  },
  ENGINE_PULL_FAILED: {
    exit: exitCodes.environment,
    meaning: 'The engine could not pull an image that it does not have.',
    hint: 'Check the reference; pull a private image once by hand (`docker login`, `docker pull`).',
  },
  ENGINE_GONE: {
    exit: exitCodes.environment,
    meaning: 'The connection to the engine died in the middle of an answer.',
    hint: 'Check that the engine still runs, then run the command again.',
  },
  ENGINE_NO_PROBE: {
    exit: exitCodes.environment,
    meaning:
      'The sockets of a container cannot be read: the engine is on another machine and no probe fits.',
    hint: 'Install busybox-static on this machine, or run Seatrial where the engine is.',
  },
  ENGINE_NO_ROUTE: {
    exit: exitCodes.environment,
    meaning:
      'A port of a container was to be reached, but the container has no address and did not publish it.',
    hint: 'Look at the log of the container: it may have ended.',
  },
  READY_SETTING_INVALID: {
    exit: exitCodes.usage,
    meaning: 'A `ready` setting, or an HTTP target, cannot be understood.',
    hint: 'Write an HTTP target as `[METHOD] [PORT]/path` and a log pattern in RE2 syntax.',
  },
  SCOPE_CLOSED: {
    exit: exitCodes.cancelled,
    meaning:
      'Something asked for a container, network or volume after the run had begun to clean up.',
    hint: 'Run the command again.',
  },
  SCOPE_NOT_CLEAN: {
    exit: exitCodes.environment,
    meaning: 'Objects of the run could not be removed from the engine.',
    hint: 'Run `seatrial clean`, and look at the log of the engine if it cannot remove them either.',
  },
  SCOPE_FOLDER_UNSAFE: {
    exit: exitCodes.environment,
    meaning: 'The place of our temporary folders is a link, or belongs to another user.',
    hint: 'Remove it, or set TMPDIR to a folder of your own.',
  },
} as const satisfies ErrorTable;

export type EngineErrorCode = keyof typeof engineErrors;

export class EngineError extends AppError<EngineErrorCode> {
  constructor(code: EngineErrorCode, message: string, options: ErrorOptionsWithDetails = {}) {
    super(engineErrors, { code, message }, options);
  }
}
