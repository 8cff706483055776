import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { connectEngine } from '../../engine/connect.ts';
import type { Engine, ImageRecord } from '../../engine/contract.ts';
import type { Scope } from '../../engine/scope-contract.ts';
import { openScope } from '../../engine/scope.ts';
import { processEnvironment } from '../../host/environment.ts';
import { SuiteError } from '../errors.ts';
import { readHandover } from './handover.ts';
import { chooseImage, type ImageChoice } from './image-choice.ts';

/** What all tests of one worker share: the engine, and the scope that owns what they make. */
export interface SpecWorker extends AsyncDisposable {
  readonly engine: Engine;
  readonly scope: Scope;
  /** A name on the engine that no other object has. */
  nextName(): Promise<string>;
}

/** A worker, and what the file that it runs is about. */
export interface SpecSession extends Omit<SpecWorker, typeof Symbol.asyncDispose> {
  readonly choice: ImageChoice;
  readonly record: ImageRecord;
}

/**
 * Connects once per worker. The scope has a watchdog of its own, so that nothing is left when the worker dies.
 * @throws {EngineError} when there is no engine.
 */
export async function openSpecWorker(): Promise<SpecWorker> {
  const env = processEnvironment();
  const handover = readHandover(env);
  const engine = await connectEngine({ env: { ...env, ...handover?.engine } });
  // Workers may be threads of one process: each needs a run id of its own.
  const runId = `${handover?.runId ?? 'spec'}.${randomBytes(4).toString('hex')}`;
  const scope = await openScope({ engine, runId, env });
  let count = 0;
  return {
    engine,
    scope,
    nextName: async () => `${await scope.network()}-${String((count += 1))}`,
    [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
  };
}

/** @throws {SuiteError} SPEC_NO_IMAGE */
export async function openSpecSession(worker: SpecWorker, file: string): Promise<SpecSession> {
  const choice = await chooseImage({ env: processEnvironment(), file, folder: dirname(file) });
  return { ...worker, choice, record: await requireImage(worker.engine, choice.image) };
}

/** @throws {SuiteError} SPEC_NO_IMAGE when the engine does not have it. */
export async function requireImage(engine: Engine, image: string): Promise<ImageRecord> {
  const record = await engine.images.inspect(image);
  if (record !== undefined) return record;
  throw new SuiteError('SPEC_NO_IMAGE', `The engine has no image ${image}`, {
    hint: 'Run `seatrial build` again, or pull the image, or name another one: IMAGE=<reference>',
  });
}
