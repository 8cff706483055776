import { DockerfileError } from '../dockerfile/errors.ts';
import { parseDockerfile, type Instruction } from '../dockerfile/parse.ts';
import { lineAt, splitLines } from '../dockerfile/source-text.ts';

/** Where an instruction stands in its Dockerfile. */
export interface InstructionPlace {
  /** From 1. */
  readonly firstLine: number;
  readonly lastLine: number;
}

interface Located extends InstructionPlace {
  readonly keyword: string;
  /** Arguments on one line, as BuildKit names a step by them, before argument expansion. */
  readonly text: string;
}

interface Stage {
  /** As BuildKit calls it: its name, or `stage-1`. */
  readonly name: string;
  readonly from: Located;
  /** Instructions that are a step of their own. */
  readonly steps: readonly Located[];
}

interface StepName {
  readonly stage: string | undefined;
  readonly index: number;
  readonly keyword: string;
  readonly text: string;
}

const STEP_NAME = /^\[ *(?:[^\] ]+ )??(?:([^\] ]+) +)?(\d+)\/\d+\] (\S+) ?(.*)$/su;
const STEP_KEYWORDS: ReadonlySet<string> = new Set(['RUN', 'COPY', 'ADD', 'WORKDIR']);

/**
 * The instruction that a vertex (`[build 2/4] RUN make`) comes from. Absent when it has none in this file
 * (an ONBUILD of the base image) or when two could be meant and neither fits.
 */
export function locateStep(dockerfile: string, vertexName: string): InstructionPlace | undefined {
  const name = parseStepName(vertexName);
  if (name === undefined) return undefined;
  const stages = parseStages(dockerfile);
  const stage = stages.length === 1 ? stages[0] : stages.find((one) => one.name === name.stage);
  if (stage === undefined) return undefined;
  if (name.keyword === 'FROM') return stage.from;
  const fitting = stage.steps.filter((step) => isNamed(step, name));
  const afterFrom = stage.steps[name.index - 2];
  const withoutFrom = stage.steps[name.index - 1];
  const byIndex = isFromStep(stage, stages) ? [afterFrom, withoutFrom] : [withoutFrom, afterFrom];
  return byIndex.find((step) => step !== undefined && fitting.includes(step)) ?? fitting[0];
}

/** Whether FROM is the first step, which it is not of `scratch` and of another stage. */
function isFromStep(stage: Stage, stages: readonly Stage[]): boolean {
  const base = stage.from.text
    .replace(/^(?:--\S+ )*/u, '')
    .split(' ')[0]
    ?.toLowerCase();
  const earlier = stages.slice(0, stages.indexOf(stage));
  return base !== 'scratch' && !earlier.some(({ name }) => name === base);
}

/** The only instruction that uses an image reference, by what stands in the file. */
export function locateReference(
  dockerfile: string,
  reference: string,
): InstructionPlace | undefined {
  const familiar = reference.replace(/^docker\.io\/(?:library\/)?/u, '');
  const spellings = [reference, familiar, familiar.replace(/:latest$/u, '')];
  const users = parseInstructions(dockerfile).filter(({ keyword, text }) =>
    text.split(' ').some((word) => spellings.includes(referenceOf(keyword, word) ?? '')),
  );
  return users.length === 1 ? users[0] : undefined;
}

/** Names of the stages, for a suggestion. */
export function stageNames(dockerfile: string): readonly string[] {
  return parseStages(dockerfile).flatMap(({ name }) => (/^stage-\d+$/u.test(name) ? [] : [name]));
}

function referenceOf(keyword: string, word: string): string | undefined {
  if (keyword === 'FROM') return word;
  return keyword === 'COPY' && word.startsWith('--from=')
    ? word.slice('--from='.length)
    : undefined;
}

function parseStepName(vertexName: string): StepName | undefined {
  const match = STEP_NAME.exec(vertexName);
  if (match === null) return undefined;
  const [, stage, index = '', keyword = '', text = ''] = match;
  return { stage, index: Number(index), keyword: keyword.toUpperCase(), text: oneLine(text) };
}

function parseStages(dockerfile: string): readonly Stage[] {
  const stages: { name: string; from: Located; steps: Located[] }[] = [];
  for (const instruction of parseInstructions(dockerfile)) {
    const { keyword, text } = instruction;
    if (keyword === 'FROM') {
      const name = / as (\S+)$/iu.exec(text)?.[1]?.toLowerCase();
      stages.push({ name: name ?? `stage-${String(stages.length)}`, from: instruction, steps: [] });
    } else if (STEP_KEYWORDS.has(keyword) && !(keyword === 'WORKDIR' && text === '/')) {
      stages.at(-1)?.steps.push(instruction);
    }
  }
  return stages;
}

function parseInstructions(dockerfile: string): readonly Located[] {
  const lines = splitLines(dockerfile);
  return parsed(dockerfile).map(({ keyword, text, line, range }) => ({
    keyword,
    text: oneLine(text),
    firstLine: line,
    lastLine: lineAt(lines, range.end - 1),
  }));
}

/** What we cannot read has no places; the engine has said what it thinks of it. */
function parsed(dockerfile: string): readonly Instruction[] {
  try {
    return parseDockerfile(dockerfile).instructions;
  } catch (error) {
    if (error instanceof DockerfileError) return [];
    throw error;
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}

/**
 * Whether BuildKit could have made this name of the instruction. It expands variables, shortens
 * here-documents and writes JSON arrays in its own way: there only the keyword and the place decide.
 */
function isNamed(step: Located, name: StepName): boolean {
  if (step.keyword !== name.keyword) return false;
  if (/^(?:--\S+ )*\[/u.test(step.text) || step.text.includes('<<')) return true;
  return holdsInOrder(name.text, step.text.split(/\$\{[^}]*\}|\$\w+/u));
}

/** Whether a text is these parts with anything between them; in linear time. */
function holdsInOrder(text: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return from <= text.length - last.length;
}
