import { setTimeout as delay } from 'node:timers/promises';
import { createCaseBook, type Judgement, type PlannedCase } from '../case-book.ts';
import type { SuiteContext } from '../contract.ts';
import { inTurns } from '../in-turns.ts';
import { once } from '../once.ts';
import type { Case } from '../../kernel/verdict.ts';
import type { LoadedGossfile } from './load-gossfiles.ts';
import { judgeProperty } from './judge-property.ts';
import type { AskedProperty, Resource } from './resource-kind.ts';
import type { Scene } from './world.ts';

export interface GossTrial extends Pick<SuiteContext, 'report' | 'signal' | 'concurrency'> {
  readonly scene: Scene;
  /** For one resource, with all its attempts. */
  readonly timeoutMs: number;
  /** What goss itself said about those that only it can tell. */
  readonly told: (planned: PlannedProperty) => Promise<Judgement>;
}

/** One case: what is asked of one property of a resource. */
export interface PlannedProperty extends PlannedCase {
  readonly resource: Resource;
  readonly asked: AskedProperty;
}

/** Every property that is asked for, in the order of the files. */
export function planProperties(
  files: readonly LoadedGossfile[],
  ref: string,
): readonly PlannedProperty[] {
  const counts = new Map<string, number>();
  return files.flatMap(({ file, resources }) =>
    resources.flatMap((resource) =>
      resource.asked.map((asked) => {
        const { kind, id: name } = resource;
        const id = `${file} > ${kind.type}: ${name}: ${asked.property}`;
        const count = (counts.get(id) ?? 0) + 1;
        counts.set(id, count);
        const command = kind.byHand?.(resource, ref);
        return {
          id: count === 1 ? id : `${id} (${String(count)})`,
          resource,
          asked,
          ...(command === undefined ? {} : { command }),
        };
      }),
    ),
  );
}

/** One case for each property; several resources are looked at at the same time. */
export async function judgeGossfiles(
  planned: readonly PlannedProperty[],
  trial: GossTrial,
): Promise<readonly Case[]> {
  const book = createCaseBook('goss', trial);
  const looked = new Map<Resource, Promise<ReadonlyMap<string, Judgement>>>();
  const resources = [...new Set(planned.map(({ resource }) => resource))];
  await inTurns(resources, Math.max(1, trial.concurrency), async (resource) => {
    for (const each of planned.filter((other) => other.resource === resource)) {
      await book.conclude(each, async () => {
        if (isTold(resource)) return await trial.told(each);
        const judgements = await once(looked, resource, () => judgeResource(resource, trial));
        return judgements.get(each.asked.property) ?? { dropped: 'Nothing was asked.' };
      });
    }
  });
  return book.cases(planned);
}

/** Whether only goss itself can tell, and is asked at all. */
export function isTold(resource: Resource): boolean {
  return !resource.isSkipped && typeof resource.kind.needs(resource) === 'object';
}

const EMPTY_LIST =
  'An empty list asks for nothing. Write `""` to ask for an empty text, or remove the key.';

async function judgeResource(
  resource: Resource,
  trial: GossTrial,
): Promise<ReadonlyMap<string, Judgement>> {
  const lateMs = performance.now() + trial.timeoutMs;
  for (let attempt = 0; ; attempt += 1) {
    const judgements = await judgeOnce(resource, trial);
    const isMet = [...judgements.values()].every(
      (each) => 'complaints' in each && each.complaints.length === 0,
    );
    const isOver = performance.now() + resource.retryDelayMs > lateMs;
    if (isMet || resource.isSkipped || attempt >= resource.retries || isOver) return judgements;
    await delay(resource.retryDelayMs, undefined, { signal: trial.signal });
  }
}

async function judgeOnce(
  resource: Resource,
  { scene }: GossTrial,
): Promise<ReadonlyMap<string, Judgement>> {
  const { kind, asked, isSkipped } = resource;
  const judgements = new Map<string, Judgement>();
  if (isSkipped) {
    const dropped = `\`skip: true\` is written for ${resource.id}.`;
    return new Map(asked.map(({ property }) => [property, { dropped }]));
  }
  const look = await kind.look(resource, scene);
  let dropped: string | undefined;
  for (const { property, matcher } of asked) {
    if (dropped !== undefined || matcher === undefined) {
      judgements.set(property, { dropped: dropped ?? EMPTY_LIST });
      continue;
    }
    const fact = await look(property);
    const judgement = judgeProperty({ property, matcher }, fact, resource);
    judgements.set(property, judgement);
    if (!kind.isGated || judgements.size > 1) continue;
    const isMet = 'complaints' in judgement && judgement.complaints.length === 0;
    if (!isMet) dropped = `\`${property}\` is not as it should be, so nothing else was looked at.`;
    else if ('value' in fact && fact.value === false) {
      dropped = `\`${property}\` is false, so there is nothing else to look at.`;
    }
  }
  return judgements;
}
