import type { Engine } from '../engine/contract.ts';

const BYTES_PER_CONTAINER = 512 * 1024 ** 2;

/** One container per core of the engine, and as many again that wait for something, if the memory lets them. */
export function concurrencyOf(engine: Engine): number {
  const byMemory = Math.floor(engine.info.memoryBytes / BYTES_PER_CONTAINER);
  return Math.max(1, Math.min(2 * engine.info.cpus, byMemory));
}
