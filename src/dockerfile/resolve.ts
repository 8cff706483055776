import type { Platform } from '../kernel/platform.ts';
import { renderCanonical } from './canonical.ts';
import { DockerfileError } from './errors.ts';
import { factsOf, type DockerfileFacts } from './facts.ts';
import type { ParsedDockerfile } from './parse.ts';
import { reachStages, type StageUse } from './reach.ts';
import { isPredefined, platformArgs } from './scope.ts';
import { placeOfRange, type SourceRange } from './source-text.ts';
import { walkStages, type StageBase, type WalkedStage } from './stage-walk.ts';
import { splitStages } from './stages.ts';

export interface ResolveOptions {
  readonly parsed: ParsedDockerfile;
  /** Build arguments. @default none */
  readonly args?: Readonly<Record<string, string>> | undefined;
  /** Name or number of a stage. @default the last one */
  readonly target?: string | undefined;
  /** What is built for. */
  readonly platform: Platform;
  /** Where the build runs. @default `platform` */
  readonly buildPlatform?: Platform | undefined;
}

/** What a Dockerfile means, once its arguments, target and platform are known. */
export interface ResolvedDockerfile {
  readonly stages: readonly ResolvedStage[];
  /** The stage that becomes the image. */
  readonly target: ResolvedStage;
  /** Every use of an image from outside, in the stages that the target reaches. */
  readonly uses: readonly ImageUse[];
  /** Of the target, with what it inherits from earlier stages. */
  readonly facts: DockerfileFacts;
  /**
   * All of the Dockerfile that decides the result: stages that the target reaches, arguments with their
   * values, no comments, no spacing of continuations. Equal texts build equal images, other things equal.
   */
  readonly canonical: string;
  /** Given arguments that nothing declares, with those that could have been meant. */
  readonly unknownArgs: readonly string[];
  /** Names that ARG declares. */
  readonly declaredArgs: readonly string[];
  /** Image of the frontend; absent when the engine's own is used. */
  readonly syntax?: string | undefined;
}

export interface ResolvedStage {
  readonly index: number;
  /** Lower case; absent without AS. */
  readonly name?: string | undefined;
  readonly base: StageBase;
  readonly isReached: boolean;
  /** Of its FROM, from 1. */
  readonly line: number;
}

/** One place where an image is named. */
export interface ImageUse {
  readonly kind: 'from' | StageUse['kind'];
  /** Variables filled in; not completed: `alpine`, not `docker.io/library/alpine:latest`. */
  readonly reference: string;
  /** Of the reference as written: what `pinBases` replaces. */
  readonly range: SourceRange;
  readonly line: number;
  readonly column: number;
  /** Index of the stage. */
  readonly stage: number;
}

/**
 * Finds out what a Dockerfile builds on and what it makes.
 * @throws {DockerfileError} DOCKERFILE_NO_STAGE, DOCKERFILE_SYNTAX, DOCKERFILE_EXPANSION,
 * DOCKERFILE_BASE_INVALID, DOCKERFILE_UNKNOWN_TARGET, DOCKERFILE_UNKNOWN_STAGE
 */
export function resolveDockerfile(options: ResolveOptions): ResolvedDockerfile {
  const { parsed, args = {}, platform } = options;
  const split = splitStages(parsed);
  const automatic = platformArgs(platform, options.buildPlatform ?? platform);
  const walk = walkStages({ parsed, split, args, automatic });
  const target = findTarget(parsed, walk.stages, options.target);
  const reach = reachStages(parsed, walk.stages, target.index);
  const stages = walk.stages.map(({ text, base }): ResolvedStage => ({
    index: text.index,
    name: text.name,
    base,
    isReached: reach.indices.has(text.index),
    line: text.from.line,
  }));
  const declared = new Set([
    ...walk.globalNames,
    ...walk.stages.flatMap((stage) => stage.argNames),
  ]);
  return {
    stages,
    target: stages[target.index] ?? failNoTarget(parsed),
    uses: usesOf(parsed, walk.stages, reach),
    facts: factsOf(parsed, walk.stages, target.index),
    canonical: renderCanonical(parsed, walk.stages, {
      reached: reach.indices,
      target: target.index,
    }),
    unknownArgs: Object.keys(args).filter(
      (name) => !declared.has(name) && !automatic.has(name) && !isPredefined(name),
    ),
    declaredArgs: [...declared],
    syntax: parsed.syntax,
  };
}

interface StageText {
  readonly index: number;
}

function findTarget(
  parsed: ParsedDockerfile,
  stages: readonly WalkedStage[],
  wanted: string | undefined,
): StageText {
  const last = stages.at(-1);
  if (wanted === undefined) return last?.text ?? failNoTarget(parsed);
  const byName = stages.findLast(({ text }) => text.name === wanted.toLowerCase());
  const byNumber = /^\d+$/u.test(wanted) ? stages[Number(wanted)] : undefined;
  const found = byName ?? byNumber;
  if (found !== undefined) return found.text;
  const names = stages.flatMap(({ text }) => (text.name === undefined ? [] : [text.name]));
  throw new DockerfileError(
    'DOCKERFILE_UNKNOWN_TARGET',
    `${parsed.file} has no stage \`${wanted}\``,
    {
      details: { target: wanted, stages: names },
      hint:
        names.length === 0
          ? 'Leave `target` out: no stage of the Dockerfile has a name.'
          : `Set \`target\` to one of ${names.map((name) => `\`${name}\``).join(', ')}.`,
    },
  );
}

function failNoTarget(parsed: ParsedDockerfile): never {
  throw new DockerfileError('DOCKERFILE_NO_STAGE', `${parsed.file} has no stage`);
}

function usesOf(
  parsed: ParsedDockerfile,
  stages: readonly WalkedStage[],
  reach: ReturnType<typeof reachStages>,
): readonly ImageUse[] {
  const bases = stages.flatMap(({ text, base }): readonly Omit<ImageUse, 'line' | 'column'>[] =>
    base.kind === 'image' && reach.indices.has(text.index)
      ? [{ kind: 'from', reference: base.reference, range: text.baseRange, stage: text.index }]
      : [],
  );
  return [...bases, ...reach.images]
    .map((use): ImageUse => {
      const { line, column } = placeOfRange(parsed, use.range);
      return { ...use, line, column };
    })
    .toSorted((a, b) => a.range.start - b.range.start);
}
