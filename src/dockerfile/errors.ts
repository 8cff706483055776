import { codeFrame, type Place } from '../kernel/code-frame.ts';
import {
  AppError,
  exitCodes,
  type ErrorOptionsWithDetails,
  type ErrorTable,
} from '../kernel/errors.ts';

export const dockerfileErrors = {
  DOCKERFILE_SYNTAX: {
    exit: exitCodes.usage,
    meaning: 'A line of a Dockerfile cannot be read.',
    hint: 'Correct the marked line.',
  },
  DOCKERFILE_NO_STAGE: {
    exit: exitCodes.usage,
    meaning: 'A Dockerfile has no FROM.',
    hint: 'Begin the Dockerfile with a FROM instruction.',
  },
  DOCKERFILE_UNKNOWN_TARGET: {
    exit: exitCodes.usage,
    meaning: 'The stage named by `target` does not exist.',
    hint: 'Set `target` to a stage of the Dockerfile, or leave it out for the last one.',
  },
  DOCKERFILE_UNKNOWN_STAGE: {
    exit: exitCodes.usage,
    meaning: 'COPY or RUN refers by number to a stage that does not come before it.',
    hint: 'Refer to an earlier stage, by its name.',
  },
  DOCKERFILE_BASE_INVALID: {
    exit: exitCodes.usage,
    meaning: 'A FROM names no image that could exist, once its variables are filled in.',
    hint: 'Correct the name, or give its variables a value in `args` or after ARG.',
  },
  DOCKERFILE_EXPANSION: {
    exit: exitCodes.usage,
    meaning: 'A variable of a Dockerfile cannot be filled in.',
    hint: 'Correct the expression, or give the variable a value in `args`.',
  },
} as const satisfies ErrorTable;

export type DockerfileErrorCode = keyof typeof dockerfileErrors;

/** Where a problem of a Dockerfile is. */
export interface DockerfilePlace extends Place {
  /** Path as people know it. */
  readonly file: string;
  readonly text: string;
}

export class DockerfileError extends AppError<DockerfileErrorCode> {
  /** Absent when the file as a whole is the problem. */
  readonly place: DockerfilePlace | undefined;
  /** The message without file, line and frame. */
  readonly problem: string;

  constructor(
    code: DockerfileErrorCode,
    message: string,
    options: ErrorOptionsWithDetails & { readonly place?: DockerfilePlace | undefined } = {},
  ) {
    super(dockerfileErrors, { code, message: withPlace(message, options.place) }, options);
    this.place = options.place;
    this.problem = message;
  }
}

function withPlace(message: string, place: DockerfilePlace | undefined): string {
  if (place === undefined) return message;
  return `${place.file}:${place.line}:${place.column}: ${message}\n${codeFrame(place.text, place)}`;
}
