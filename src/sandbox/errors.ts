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
  SANDBOX_PORT_HELD: {
    exit: exitCodes.environment,
    meaning: 'A port that a script publishes is held by something else in its network.',
    hint: 'End what holds the port, or let the script publish another one.',
  },
  SANDBOX_DIAL_FAILED: {
    exit: exitCodes.environment,
    meaning: 'Nothing in a container answered a connection to a port that a script publishes.',
    hint: 'Let the program in the container listen on all addresses (0.0.0.0), and see its log.',
  },
  SANDBOX_NOT_CLEAN: {
    exit: exitCodes.environment,
    meaning: 'What a script made could not be removed from the engine.',
    hint: 'Find out what still uses the objects that are named, then run `seatrial clean`.',
  },
  SANDBOX_LISTEN_FAILED: {
    exit: exitCodes.environment,
    meaning: 'A port that a script publishes cannot be held open on the address that it names.',
    hint: 'Publish the port on an address that the machine has, and above 1023 unless you are root.',
  },
  SANDBOX_ISOLATION_UNAVAILABLE: {
    exit: exitCodes.environment,
    meaning: 'The isolation that was asked for is not possible on this machine.',
    hint: 'Take `--isolation auto`, or allow user namespaces and install slirp4netns and util-linux.',
  },
  SANDBOX_NO_AGENT: {
    exit: exitCodes.environment,
    meaning:
      'The agent that carries connections to the containers of a remote engine could not be started.',
    hint: 'Make sure that the engine runs linux/amd64 or linux/arm64 and allows containers in its own network.',
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
