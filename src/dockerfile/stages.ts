import type { Instruction, ParsedDockerfile } from './parse.ts';
import { errorAt, type SourceRange } from './source-text.ts';
import { rangeOf, splitFlags } from './words.ts';

/** A FROM and all up to the next, nothing expanded. */
export interface StageText {
  readonly index: number;
  readonly from: Instruction;
  /** The base as written, `${BASE}:1`. */
  readonly base: string;
  /** Of the base in the text of `from`. */
  readonly baseStart: number;
  readonly baseRange: SourceRange;
  /** After AS, lower case. */
  readonly name?: string | undefined;
  /** Value of `--platform` as written. */
  readonly platform?: string | undefined;
  /** Those after the FROM. */
  readonly instructions: readonly Instruction[];
}

/** What stands before the first FROM, and the stages. */
export interface DockerfileStages {
  readonly head: readonly Instruction[];
  readonly stages: readonly StageText[];
}

const STAGE_NAME = /^[a-z][a-z0-9-_.]*$/u;

/** @throws {DockerfileError} DOCKERFILE_NO_STAGE, DOCKERFILE_SYNTAX */
export function splitStages(parsed: ParsedDockerfile): DockerfileStages {
  const starts = parsed.instructions.flatMap(({ keyword }, at) => (keyword === 'FROM' ? [at] : []));
  const [first] = starts;
  if (first === undefined) {
    throw errorAt(
      parsed,
      { start: 0, end: 0 },
      { code: 'DOCKERFILE_NO_STAGE', message: 'there is no FROM' },
    );
  }
  const head = parsed.instructions.slice(0, first);
  const early = head.find(({ keyword }) => keyword !== 'ARG');
  if (early !== undefined) {
    throw errorAt(parsed, early.range, {
      code: 'DOCKERFILE_SYNTAX',
      message: `${early.keyword} stands before the first FROM, where only ARG may`,
    });
  }
  const stages = starts.map((start, index) => {
    const [from, ...instructions] = parsed.instructions.slice(start, starts[index + 1]);
    if (from === undefined) throw new Error('a slice that begins at a FROM is not empty');
    return parseStage(parsed, from, { index, instructions });
  });
  return { head, stages };
}

function parseStage(
  parsed: ParsedDockerfile,
  from: Instruction,
  place: Pick<StageText, 'index' | 'instructions'>,
): StageText {
  const { flags, rest } = splitFlags(from, parsed.escape);
  const [base, as, name] = rest;
  const isWhole = rest.length === 1 || (rest.length === 3 && as?.text.toUpperCase() === 'AS');
  if (base === undefined || !isWhole) {
    throw errorAt(parsed, from.range, {
      code: 'DOCKERFILE_SYNTAX',
      message: 'FROM needs one image, and may have `AS name` after it',
    });
  }
  if (name !== undefined && !STAGE_NAME.test(name.text.toLowerCase())) {
    throw errorAt(parsed, rangeOf(from, name.start, name.text.length), {
      code: 'DOCKERFILE_SYNTAX',
      message: `\`${name.text}\` is no valid name of a stage`,
      hint: 'Begin it with a letter, and use letters, digits, `-`, `_` and `.`.',
    });
  }
  return {
    ...place,
    from,
    base: base.text,
    baseStart: base.start,
    baseRange: rangeOf(from, base.start, base.text.length),
    name: name?.text.toLowerCase(),
    platform: flags.find((flag) => flag.name === 'platform')?.value,
  };
}
