import type { EngineObject } from '../engine/contract.ts';
import { filtersOf } from '../engine/labels.ts';
import { removeLabelled } from '../engine/removal.ts';
import type { Scope } from '../engine/scope-contract.ts';

/** On each object that a program of a suite made: which one. Besides the labels of the scope. */
export const CASE_LABEL = 'seatrial.case';

/**
 * Removes what a program left on the engine. Returns a text for people, `2 containers, 1 network`; absent when
 * there was nothing that a careful program would have removed. Anonymous volumes are not counted:
 * `docker rm` without `-v` leaves them everywhere.
 */
export async function removeRemains(scope: Scope, name: string): Promise<string | undefined> {
  const filters = [...filtersOf(scope.labels), `${CASE_LABEL}=${name}`];
  const found = await scope.engine.objects.list(filters);
  if (found.length === 0) return undefined;
  await removeLabelled(scope.engine.objects, filters);
  return countObjects(found.filter((object) => !isAnonymousVolume(object)));
}

function isAnonymousVolume({ kind, name }: EngineObject): boolean {
  return kind === 'volume' && /^[0-9a-f]{64}$/u.test(name);
}

/** `2 containers, 1 network`; absent for none. */
export function countObjects(objects: readonly Pick<EngineObject, 'kind'>[]): string | undefined {
  const counts = (['container', 'network', 'volume'] as const).flatMap((kind) => {
    const count = objects.filter((object) => object.kind === kind).length;
    return count === 0 ? [] : [`${String(count)} ${kind}${count === 1 ? '' : 's'}`];
  });
  return counts.length === 0 ? undefined : counts.join(', ');
}
