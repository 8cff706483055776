import type { ParsedDockerfile } from './parse.ts';
import { fromReferencesOf, type FromReference } from './references.ts';
import { errorAt, type SourceRange } from './source-text.ts';
import type { WalkedStage } from './stage-walk.ts';

/** An image that COPY or a mount takes files from. */
export interface StageUse {
  readonly kind: FromReference['kind'];
  readonly reference: string;
  readonly range: SourceRange;
  readonly stage: number;
}

export interface Reach {
  /** Indices of the stages that the target needs, itself included. */
  readonly indices: ReadonlySet<number>;
  readonly images: readonly StageUse[];
}

/**
 * What the target needs: bases, and what COPY and mounts take files from. A name means the latest earlier
 * stage of that name, a number an earlier stage, and anything else an image.
 * @throws {DockerfileError} DOCKERFILE_UNKNOWN_STAGE for a number of no earlier stage
 */
export function reachStages(
  parsed: ParsedDockerfile,
  stages: readonly WalkedStage[],
  target: number,
): Reach {
  const indices = new Set<number>();
  const images: StageUse[] = [];
  const open = [target];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    const stage = stages[index];
    if (stage === undefined || indices.has(index)) continue;
    indices.add(index);
    if (stage.base.kind === 'stage') open.push(stage.base.index);
    for (const { instruction } of stage.steps) {
      for (const reference of fromReferencesOf(parsed, instruction)) {
        const source = sourceOf(parsed, stages.slice(0, index), reference);
        if (source === 'image') {
          const { kind, text, range } = reference;
          images.push({ kind, reference: text, range, stage: index });
        } else if (source !== 'nothing') open.push(source);
      }
    }
  }
  return { indices, images };
}

function sourceOf(
  parsed: ParsedDockerfile,
  earlier: readonly WalkedStage[],
  reference: FromReference,
): number | 'image' | 'nothing' {
  const name = reference.text.toLowerCase();
  if (name === 'scratch') return 'nothing';
  const byName = earlier.findLastIndex(({ text }) => text.name === name);
  if (byName !== -1) return byName;
  if (!/^\d+$/u.test(name)) return 'image';
  if (Number(name) < earlier.length) return Number(name);
  throw errorAt(parsed, reference.range, {
    code: 'DOCKERFILE_UNKNOWN_STAGE',
    message: `there is no stage ${name} before this one`,
  });
}
