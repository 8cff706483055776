import {
  AppError,
  exitCodes,
  type ErrorOptionsWithDetails,
  type ErrorTable,
} from '../kernel/errors.ts';

export const pipelineErrors = {
  PROJECT_NOT_FOUND: {
    exit: exitCodes.usage,
    meaning: 'There is neither a configuration nor a Dockerfile to derive a project from.',
    hint: 'Go to a folder with a Dockerfile, or write a configuration with `seatrial init`.',
  },
  PROJECT_PATH_INVALID: {
    exit: exitCodes.usage,
    meaning: 'A context or Dockerfile of an image is missing, or lies outside its place.',
    hint: 'Correct `context` and `dockerfile`; a context is a folder of the project.',
  },
  PROJECT_CYCLE: {
    exit: exitCodes.usage,
    meaning: 'Images of the project are built on each other in a circle.',
    hint: 'Break the circle at one of the marked places.',
  },
  PROJECT_TAG_CONFLICT: {
    exit: exitCodes.usage,
    meaning: 'Two images of the project would write the same tag of the same repository.',
    hint: 'Give each image its own repository, or its own text in the tag.',
  },
  PROJECT_IMAGE_UNKNOWN: {
    exit: exitCodes.usage,
    meaning: 'An image was asked for that the project does not have.',
    hint: 'Name an image of the project; `seatrial plan` lists them.',
  },
  PROJECT_PLATFORM_MISSING: {
    exit: exitCodes.usage,
    meaning: 'An image is built on another one of the project for a platform that the other lacks.',
    hint: 'Give both images the same `platforms`.',
  },
  PLATFORM_NOT_RUNNABLE: {
    exit: exitCodes.environment,
    meaning:
      'An image is to be tested for a platform that the engine runs neither natively nor by emulation.',
    hint: 'Install emulation on the machine of the engine (`apt-get install qemu-user-static`, or any binfmt handler), or declare the platform in `untested`.',
  },
  PROJECT_REGISTRY_MISSING: {
    exit: exitCodes.usage,
    meaning: 'An image is to be shipped, and nothing says to which registry.',
    hint: 'Set `registry`, `SEATRIAL_REGISTRY` or `--registry`, or put a host into `ship.repository`.',
  },
  STEP_UNKNOWN: {
    exit: exitCodes.bug,
    meaning: 'A step was asked for that the plan does not have.',
    hint: 'Report this; it is a mistake in Seatrial.',
  },
  NOT_BUILT: {
    exit: exitCodes.refused,
    meaning: 'A deploy was asked for, and the image has not been built from these inputs.',
    hint: 'Run `seatrial ci`, or `seatrial build` and `seatrial test`, first.',
  },
  NOT_TESTED: {
    exit: exitCodes.refused,
    meaning: 'A ship was asked for, and a suite has not passed for this image.',
    hint: 'Run `seatrial test` or `seatrial ci` first.',
  },
  IMAGE_VANISHED: {
    exit: exitCodes.environment,
    meaning: 'An image that was built is no longer on the engine.',
    hint: 'Run again; the image is then built anew.',
  },
  HOOK_FAILED: {
    exit: exitCodes.refused,
    meaning: 'A hook ended with an exit code other than 0.',
    hint: 'Run the hook by hand in the folder of the configuration.',
  },
  HOOK_CREATED_NOTHING: {
    exit: exitCodes.refused,
    meaning: 'A hook ended well and did not make what it declares.',
    hint: 'Correct `creates`, or make the hook write these files.',
  },
} as const satisfies ErrorTable;

export type PipelineErrorCode = keyof typeof pipelineErrors;

export class PipelineError extends AppError<PipelineErrorCode> {
  constructor(code: PipelineErrorCode, message: string, options: ErrorOptionsWithDetails = {}) {
    super(pipelineErrors, { code, message }, options);
  }
}
