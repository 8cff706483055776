import { setTimeout as pause } from 'node:timers/promises';
import type { EngineObject, EngineObjects } from './contract.ts';

/** An object that is still there, and why. */
export interface Remnant {
  readonly object: EngineObject;
  readonly cause: unknown;
}

/** What removing needs of an engine. */
export type Removable = Pick<EngineObjects, 'list' | 'remove'>;

/** Pauses before another pass: a network or volume stays in use for a moment after its container went. */
const PAUSES_MS = [0, 20, 50, 100, 200] as const;
/** More at the same time only makes the engine slower. */
const MAX_AT_ONCE = 16;

/**
 * Removes everything that carries the labels: list, remove, and again, until a list is empty. Returns what
 * is left after five passes.
 * @throws {EngineError} when the engine cannot even be asked. {TypeError} without a label.
 */
export async function removeLabelled(
  engine: Removable,
  labels: readonly string[],
): Promise<readonly Remnant[]> {
  if (labels.length === 0) throw new TypeError('no labels would mean every object of the engine');
  let remnants: readonly Remnant[] = [];
  for (const pauseMs of PAUSES_MS) {
    if (pauseMs > 0 && remnants.length > 0) await pause(pauseMs);
    const found = await engine.list(labels);
    if (found.length === 0) return [];
    remnants = await removeOnce(engine, found);
  }
  return (await engine.list(labels)).length === 0 ? [] : remnants;
}

/** Removes these objects, in up to five passes. Returns what is left. One that is gone already counts as removed. */
export async function removeObjects(
  engine: Removable,
  found: readonly EngineObject[],
): Promise<readonly Remnant[]> {
  let remnants: readonly Remnant[] = found.map((object) => ({ object, cause: undefined }));
  for (const pauseMs of PAUSES_MS) {
    if (remnants.length === 0) return [];
    if (pauseMs > 0) await pause(pauseMs);
    remnants = await removeOnce(
      engine,
      remnants.map(({ object }) => object),
    );
  }
  return remnants;
}

/** Containers first: networks, volumes and images are in use as long as they are there. */
async function removeOnce(
  engine: Removable,
  found: readonly EngineObject[],
): Promise<readonly Remnant[]> {
  const containers = found.filter(({ kind }) => kind === 'container');
  const images = found.filter(({ kind }) => kind === 'image');
  const others = found.filter(({ kind }) => kind === 'network' || kind === 'volume');
  return [
    ...(await removeEach(engine, containers)),
    ...(await removeEach(engine, others)),
    ...(await removeImages(engine, images)),
  ];
}

/** An image holds the one it was made from: what could not go is tried again as long as another one went. */
async function removeImages(
  engine: Removable,
  images: readonly EngineObject[],
): Promise<readonly Remnant[]> {
  for (let left = images; ;) {
    const remnants = await removeEach(engine, left);
    if (remnants.length === 0 || remnants.length === left.length) return remnants;
    left = remnants.map(({ object }) => object);
  }
}

async function removeEach(
  engine: Removable,
  objects: readonly EngineObject[],
): Promise<readonly Remnant[]> {
  const queue = [...objects];
  const remnants: Remnant[] = [];
  const work = async (): Promise<void> => {
    for (let object = queue.shift(); object !== undefined; object = queue.shift()) {
      try {
        await engine.remove(object);
      } catch (cause) {
        remnants.push({ object, cause });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(MAX_AT_ONCE, objects.length) }, work));
  return remnants;
}
