import { parseReference } from '../kernel/image-reference.ts';
import type { Instruction, ParsedDockerfile } from './parse.ts';
import { EMPTY_SCOPE, expandPiece, isPredefined, variablesOf, type Scope } from './scope.ts';
import { errorAt } from './source-text.ts';
import type { DockerfileStages, StageText } from './stages.ts';
import { assignmentsOf, type Assignment } from './words.ts';

/** What a stage begins with. */
export type StageBase =
  | { readonly kind: 'scratch' }
  | { readonly kind: 'stage'; readonly index: number }
  | { readonly kind: 'image'; readonly reference: string };

export interface WalkedStage {
  readonly text: StageText;
  readonly base: StageBase;
  /** Value of `--platform`; absent without it. */
  readonly platform?: string | undefined;
  readonly steps: readonly WalkedInstruction[];
  /** What a stage built on this one begins with. */
  readonly scope: Scope;
  /** Names that its ARG instructions declare. */
  readonly argNames: readonly string[];
}

export interface WalkedInstruction {
  readonly instruction: Instruction;
  /** What was known before it. */
  readonly scope: Scope;
  /** Names and values that an ARG sets; those that stay unset are left out. */
  readonly args?: ReadonlyMap<string, string> | undefined;
}

interface WalkInput {
  readonly parsed: ParsedDockerfile;
  readonly split: DockerfileStages;
  readonly args: Readonly<Record<string, string>>;
  /** Arguments of the platforms. */
  readonly automatic: ReadonlyMap<string, string>;
}

interface Walk extends WalkInput {
  /** Arguments from before the first FROM, with those of the platforms. */
  readonly globals: ReadonlyMap<string, string>;
}

/** Goes through all stages in order and finds each base, and the variables at each instruction. */
export function walkStages(input: WalkInput): {
  readonly stages: readonly WalkedStage[];
  readonly globalNames: readonly string[];
} {
  const { globals, names } = readGlobals(input);
  const stages: WalkedStage[] = [];
  for (const text of input.split.stages)
    stages.push(walkStage({ ...input, globals }, text, stages));
  return { stages, globalNames: names };
}

/** ARG before the first FROM: known in every FROM, and in a stage that declares the same name again. */
function readGlobals(input: WalkInput): {
  readonly globals: ReadonlyMap<string, string>;
  readonly names: readonly string[];
} {
  const globals = new Map(input.automatic);
  for (const [name, value] of Object.entries(input.args)) {
    if (globals.has(name)) globals.set(name, value);
  }
  const names: string[] = [];
  for (const instruction of input.split.head) {
    for (const assignment of argumentsOf(input.parsed, instruction)) {
      names.push(assignment.name);
      const value =
        ownValue(input.args, assignment.name) ??
        expandDefault(input, instruction, { assignment, variables: globals });
      if (value !== undefined) globals.set(assignment.name, value);
    }
  }
  return { globals, names };
}

function walkStage(walk: Walk, text: StageText, earlier: readonly WalkedStage[]): WalkedStage {
  const base = baseOf(walk, text, earlier);
  let scope = base.kind === 'stage' ? (earlier[base.index]?.scope ?? EMPTY_SCOPE) : EMPTY_SCOPE;
  const argNames: string[] = [];
  const steps = text.instructions.map((instruction): WalkedInstruction => {
    const before = scope;
    if (instruction.keyword === 'ENV')
      scope = { ...scope, env: readEnv(walk, instruction, before) };
    if (instruction.keyword !== 'ARG') return { instruction, scope: before };
    const args = readArgs(walk, instruction, before);
    argNames.push(...args.names);
    scope = { ...scope, args: new Map([...before.args, ...args.values]) };
    return { instruction, scope: before, args: args.values };
  });
  const platform =
    text.platform === undefined
      ? undefined
      : expandPiece(
          { parsed: walk.parsed, instruction: text.from, text: text.platform, start: 0 },
          walk.globals,
        ).text;
  return { text, base, platform, steps, scope, argNames };
}

function baseOf(walk: Walk, text: StageText, earlier: readonly WalkedStage[]): StageBase {
  const piece = {
    parsed: walk.parsed,
    instruction: text.from,
    text: text.base,
    start: text.baseStart,
  };
  const { text: reference, unset } = expandPiece(piece, walk.globals);
  if (reference.toLowerCase() === 'scratch') return { kind: 'scratch' };
  const index = earlier.findLastIndex((stage) => stage.text.name === reference.toLowerCase());
  if (index !== -1) return { kind: 'stage', index };
  const reading = parseReference(reference);
  if (reading.ok) return { kind: 'image', reference };
  const why = unset.map((name) => `; \`${name}\` has no value here`).join('');
  throw errorAt(walk.parsed, text.baseRange, {
    code: 'DOCKERFILE_BASE_INVALID',
    message: `the base image ${JSON.stringify(reference)} ${reading.problem}${why}`,
    hint:
      unset[0] === undefined
        ? undefined
        : `Give \`${unset[0]}\` a value in \`args\`, or a default in an ARG before the first FROM.`,
  });
}

function readArgs(
  walk: Walk,
  instruction: Instruction,
  scope: Scope,
): { readonly names: readonly string[]; readonly values: ReadonlyMap<string, string> } {
  const values = new Map<string, string>();
  const assignments = argumentsOf(walk.parsed, instruction);
  for (const assignment of assignments) {
    const variables = new Map([...variablesOf(scope), ...values]);
    const value =
      ownValue(walk.args, assignment.name) ??
      (assignment.value === undefined
        ? walk.globals.get(assignment.name)
        : expandDefault(walk, instruction, { assignment, variables }));
    if (value !== undefined && !isPredefined(assignment.name)) values.set(assignment.name, value);
  }
  return { names: assignments.map(({ name }) => name), values };
}

function readEnv(walk: Walk, instruction: Instruction, scope: Scope): Scope['env'] {
  const variables = variablesOf(scope);
  const env = new Map(scope.env);
  const { escape } = walk.parsed;
  for (const assignment of assignmentsOf(instruction.text, { escape, hasOldForm: true })) {
    const value = expandDefault(walk, instruction, { assignment, variables });
    env.set(assignment.name, value ?? '');
  }
  return env;
}

function argumentsOf(parsed: ParsedDockerfile, instruction: Instruction): readonly Assignment[] {
  const { escape } = parsed;
  const assignments = assignmentsOf(instruction.text, { escape, hasOldForm: false });
  if (assignments.length > 0 && assignments.every(({ name }) => name !== '')) return assignments;
  throw errorAt(parsed, instruction.range, {
    code: 'DOCKERFILE_SYNTAX',
    message: 'ARG needs a name',
  });
}

function expandDefault(
  walk: WalkInput,
  instruction: Instruction,
  given: {
    readonly assignment: Assignment;
    readonly variables: ReadonlyMap<string, string>;
  },
): string | undefined {
  const { value, start } = given.assignment;
  if (value === undefined) return undefined;
  return expandPiece({ parsed: walk.parsed, instruction, text: value, start }, given.variables)
    .text;
}

/** A build argument, and never a name that every object has. */
function ownValue(args: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(args, name) ? args[name] : undefined;
}
