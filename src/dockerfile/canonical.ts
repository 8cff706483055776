import type { ParsedDockerfile } from './parse.ts';
import type { StageBase, WalkedInstruction, WalkedStage } from './stage-walk.ts';

/**
 * The part of a Dockerfile that decides what the target is, as one text: reached stages only, bases and
 * arguments with their values, continuations joined, comments gone, here-documents whole. Names of stages are
 * kept, since COPY and mounts refer to them.
 */
export function renderCanonical(
  parsed: ParsedDockerfile,
  stages: readonly WalkedStage[],
  about: { readonly reached: ReadonlySet<number>; readonly target: number },
): string {
  const head = [
    ...(parsed.syntax === undefined ? [] : [`syntax ${parsed.syntax}`]),
    ...(parsed.escape === '\\' ? [] : [`escape ${parsed.escape}`]),
  ];
  const reached = stages.filter(({ text }) => about.reached.has(text.index));
  // Stages that nothing needs must not shift the numbers of the others.
  const numbers = new Map(reached.map(({ text }, number) => [text.index, number]));
  const bodies = reached.flatMap((stage) => [
    renderFrom(stage, numbers, stage.text.index === about.target),
    ...stage.steps.flatMap(renderStep),
  ]);
  return `${[...head, ...bodies].join('\n')}\n`;
}

function renderFrom(
  { text, base, platform }: WalkedStage,
  numbers: ReadonlyMap<number, number>,
  isTarget: boolean,
): string {
  const where = platform === undefined ? '' : `--platform=${platform} `;
  const name = text.name === undefined ? '' : ` AS ${text.name}`;
  return `FROM ${where}${renderBase(base, numbers)}${name}${isTarget ? ' (target)' : ''}`;
}

function renderBase(base: StageBase, numbers: ReadonlyMap<number, number>): string {
  if (base.kind === 'image') return base.reference;
  return base.kind === 'scratch' ? 'scratch' : `stage ${numbers.get(base.index) ?? ''}`;
}

function renderStep({ instruction, args }: WalkedInstruction): readonly string[] {
  if (args !== undefined) {
    return [...args].map(([name, value]) => `ARG ${name}=${JSON.stringify(value)}`);
  }
  const heredocs = instruction.heredocs.map(({ content, name }) => `\n${content}${name}`);
  return [`${instruction.keyword} ${instruction.text}${heredocs.join('')}`];
}
