import {
  AppError,
  exitCodes,
  type ErrorOptionsWithDetails,
  type ErrorTable,
} from '../kernel/errors.ts';

/** What can go wrong between a folder with a Dockerfile and an image. */
export const buildErrors = {
  BUILD_STEP_FAILED: {
    exit: exitCodes.refused,
    meaning: 'A step of the Dockerfile failed: its command ended with a code other than 0.',
    hint: 'Read the last output of the step and correct the line of the Dockerfile that is shown.',
  },
  BUILD_COPY_MISSING: {
    exit: exitCodes.refused,
    meaning: 'A COPY or ADD names a path that is not in the build context, or not in the stage.',
    hint: 'Correct the path: it is relative to the context folder, and .dockerignore applies.',
  },
  BUILD_FAILED: {
    exit: exitCodes.refused,
    meaning: 'The engine refused the build for a reason that has no code of its own.',
    hint: 'Read the message of the engine.',
  },
  BUILD_DOCKERFILE_MISSING: {
    exit: exitCodes.usage,
    meaning: 'There is no Dockerfile at the configured path.',
    hint: 'Correct `dockerfile`, or create the file.',
  },
  BUILD_DOCKERFILE_INVALID: {
    exit: exitCodes.usage,
    meaning: 'The engine does not understand the Dockerfile.',
    hint: 'Correct the line that is shown.',
  },
  BUILD_TARGET_UNKNOWN: {
    exit: exitCodes.usage,
    meaning: 'The Dockerfile has no stage with the name that `target` asks for.',
    hint: 'Correct `target`, or name a stage with `FROM … AS <name>`.',
  },
  BUILD_BASE_UNKNOWN: {
    exit: exitCodes.usage,
    meaning: 'A registry answered that it has no such image or tag.',
    hint: 'Correct the image reference in the Dockerfile.',
  },
  BUILD_BASE_DENIED: {
    exit: exitCodes.environment,
    meaning: 'A registry does not let this engine pull an image, or hides that there is none.',
    hint: 'Check the reference, and pull the image once with credentials (`docker login`, `docker pull`).',
  },
  BUILD_BASE_UNREACHABLE: {
    exit: exitCodes.environment,
    meaning:
      'The engine does not have an image that the build needs and cannot reach its registry.',
    hint: 'Check the network of the engine, or load the image there first (`docker load`).',
  },
  BUILD_DOWNLOAD_FAILED: {
    exit: exitCodes.environment,
    meaning: 'A file that ADD takes from the network could not be downloaded.',
    hint: 'Check the address and the network of the engine.',
  },
  BUILD_DISK_FULL: {
    exit: exitCodes.environment,
    meaning: 'The build ran out of space on a disk of the engine.',
    hint: 'Free space on the engine: `docker system df` shows what takes it.',
  },
  BUILD_ENGINE_NETWORK: {
    exit: exitCodes.environment,
    meaning: 'The engine could not connect a step of the build to its network.',
    hint: 'Restart the engine: the bridge that it makes at its start is gone.',
  },
  BUILD_CANCELLED: {
    exit: exitCodes.cancelled,
    meaning: 'The build was stopped because the run was cancelled or out of time.',
    hint: 'Run the command again; finished steps are still in the cache of the engine.',
  },
  BUILD_INTERRUPTED: {
    exit: exitCodes.environment,
    meaning: 'The connection to the engine broke before the build had ended.',
    hint: 'Check that the engine still runs, then run the command again.',
  },
  BUILD_NO_IMAGE: {
    exit: exitCodes.environment,
    meaning: 'The engine ended a build without error, but there is no image.',
    hint: 'Run the command again; if it stays, read the log of the engine.',
  },
  BUILD_ANSWER_INVALID: {
    exit: exitCodes.environment,
    meaning: 'What the engine sent while it built is not the protocol of a build.',
    hint: 'Check that DOCKER_HOST is a Docker engine with BuildKit (20.10 or later).',
  },
  BUILD_CONTEXT_MISSING: {
    exit: exitCodes.usage,
    meaning: 'The context folder of an image does not exist or is not a folder.',
    hint: 'Correct `context`: it is relative to the configuration file.',
  },
  BUILD_CONTEXT_UNREADABLE: {
    exit: exitCodes.environment,
    meaning: 'A file or folder of the context cannot be read.',
    hint: 'Make it readable for this user, or exclude it in .dockerignore.',
  },
  BUILD_CONTEXT_NAME_INVALID: {
    exit: exitCodes.usage,
    meaning: 'A file name in the context is not UTF-8, so it cannot reach an image unchanged.',
    hint: 'Rename the file, or exclude it in .dockerignore.',
  },
  BUILD_CONTEXT_CHANGED: {
    exit: exitCodes.environment,
    meaning: 'A file of the context changed or vanished between the plan and the upload.',
    hint: 'Run the command again when nothing writes to the context folder.',
  },
} as const satisfies ErrorTable;

export type BuildErrorCode = keyof typeof buildErrors;

export class BuildError extends AppError<BuildErrorCode> {
  constructor(code: BuildErrorCode, message: string, options: ErrorOptionsWithDetails = {}) {
    super(buildErrors, { code, message }, options);
  }
}
