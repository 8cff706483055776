import { expect, test as base, type TestAPI } from 'vitest';
import type { ImageConfig } from '../../engine/contract.ts';
import { AppError } from '../../kernel/errors.ts';
import { openBelongings, type OpenBelongings } from './belongings.ts';
import type { RunOptions } from './container-options.ts';
import { runContainer } from './run-container.ts';
import type { Container } from './spec-container.ts';
import {
  openSpecSession,
  openSpecWorker,
  type SpecSession,
  type SpecWorker,
} from './spec-session.ts';

/** The image that the file is about. */
export interface SpecImage {
  /** Name in the project, or the reference that was given. */
  readonly name: string;
  readonly ref: string;
  readonly id: string;
  /** What the image says of itself: ports, volumes, user, command, … */
  readonly config: ImageConfig;
}

/** A volume, to give to `run({ volumes: { '/data': volume } })`. */
export interface SpecVolume {
  readonly name: string;
}

/** A network, to give to `run({ network })`. */
export interface SpecNetwork {
  readonly name: string;
}

/** What a test may ask for. Everything that they make is removed when the test is over. */
export interface SpecFixtures {
  readonly image: SpecImage;
  /** Runs a container of the image and waits until it is ready. */
  readonly run: (options?: RunOptions) => Promise<Container>;
  readonly volume: () => Promise<SpecVolume>;
  readonly network: () => Promise<SpecNetwork>;
}

interface Scopes {
  readonly $worker: { readonly seatrialWorker: SpecWorker };
  readonly $file: { readonly seatrialSession: SpecSession };
  readonly $test: SpecFixtures & { readonly seatrialBelongings: OpenBelongings };
}

/** Adds to the error of a failed test what its containers said, so that every reporter shows it. */
async function addContainers(
  errors: { message: string }[] | undefined,
  belongings: OpenBelongings,
): Promise<void> {
  const text = await belongings.describe();
  const first = errors?.[0];
  if (first !== undefined && text !== '') first.message = `${first.message}\n\n${text}`;
}

/** Vitest shows the message of an error and nothing else: what to do next must be in it. */
async function withHint<Value>(doing: Promise<Value>): Promise<Value> {
  try {
    return await doing;
  } catch (error) {
    if (error instanceof AppError) error.message = `${error.message}\n${error.hint}`;
    throw error;
  }
}

/** Vitest's `test` with the fixtures of `SpecFixtures`. */
export const test: TestAPI<SpecFixtures> = base.extend<Scopes>({
  seatrialWorker: [
    // Vitest reads the parameter list of a fixture, and wants an object pattern even for nothing.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      await using worker = await withHint(openSpecWorker());
      await use(worker);
    },
    { scope: 'worker' },
  ],
  seatrialSession: [
    async ({ seatrialWorker }, use) => {
      const file = expect.getState().testPath ?? '';
      await use(await withHint(openSpecSession(seatrialWorker, file)));
    },
    { scope: 'file' },
  ],
  seatrialBelongings: async ({ seatrialSession, task }, use) => {
    const belongings = openBelongings(seatrialSession);
    try {
      await use(belongings);
      if (task.result?.state === 'fail') await addContainers(task.result.errors, belongings);
    } finally {
      await belongings.removeAll();
    }
  },
  image: async ({ seatrialSession }, use) => {
    const { choice, record } = seatrialSession;
    await use({ name: choice.name, ref: choice.ref, id: record.id, config: record.config });
  },
  run: async ({ seatrialBelongings }, use) => {
    await use(async (options = {}) => await withHint(runContainer(options, seatrialBelongings)));
  },
  volume: async ({ seatrialBelongings }, use) => {
    await use(async () => ({ name: await seatrialBelongings.createVolume() }));
  },
  network: async ({ seatrialBelongings }, use) => {
    await use(async () => ({ name: await seatrialBelongings.createNetwork() }));
  },
});
