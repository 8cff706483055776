import type { Platform } from '../kernel/platform.ts';
import { renderPlatform } from '../kernel/platform.ts';
import { expandWord, ExpansionProblem, type Expansion } from './expand.ts';
import type { Instruction, ParsedDockerfile } from './parse.ts';
import { errorAt } from './source-text.ts';
import { rangeOf } from './words.ts';

/**
 * Arguments that a build knows without ARG: proxies reach RUN and nothing else, and the others steer the
 * builder itself.
 * @see https://docs.docker.com/reference/dockerfile/#predefined-args
 */
const PREDEFINED = /^(?:(?:HTTPS?|FTP|NO|ALL)_PROXY|BUILDKIT_\w+|SOURCE_DATE_EPOCH)$/iu;

export function isPredefined(name: string): boolean {
  return PREDEFINED.test(name);
}

/**
 * Arguments of the platforms, known in FROM; a stage has to declare them.
 * @see https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope
 */
export function platformArgs(target: Platform, build: Platform): ReadonlyMap<string, string> {
  return new Map(
    (
      [
        ['BUILD', build],
        ['TARGET', target],
      ] as const
    ).flatMap(([prefix, platform]): readonly (readonly [string, string])[] => [
      [`${prefix}PLATFORM`, renderPlatform(platform)],
      [`${prefix}OS`, platform.os],
      [`${prefix}ARCH`, platform.architecture],
      [`${prefix}VARIANT`, platform.variant ?? ''],
    ]),
  );
}

/** What a stage, or the part before the first stage, knows of variables at one point. */
export interface Scope {
  readonly args: ReadonlyMap<string, string>;
  /** From ENV; wins over an argument of the same name. */
  readonly env: ReadonlyMap<string, string>;
}

export const EMPTY_SCOPE: Scope = Object.freeze({ args: new Map(), env: new Map() });

export function variablesOf(scope: Scope): ReadonlyMap<string, string> {
  return new Map([...scope.args, ...scope.env]);
}

/**
 * Expands a piece of an instruction.
 * @throws {DockerfileError} DOCKERFILE_EXPANSION at the place of the expression
 */
export function expandPiece(
  piece: {
    readonly parsed: ParsedDockerfile;
    readonly instruction: Instruction;
    readonly text: string;
    /** Of the piece in the instruction's text. */
    readonly start: number;
  },
  variables: ReadonlyMap<string, string>,
): Expansion {
  try {
    return expandWord(piece.text, variables, piece.parsed.escape);
  } catch (error) {
    if (!(error instanceof ExpansionProblem)) throw error;
    const length = piece.text.length - error.offset;
    throw errorAt(piece.parsed, rangeOf(piece.instruction, piece.start + error.offset, length), {
      code: 'DOCKERFILE_EXPANSION',
      message: error.message,
    });
  }
}
