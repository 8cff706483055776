import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { imageSchema, type ConfigInput } from '../../config/schema.ts';
import { behaviourSuiteSchema, type BehaviourSuite } from '../../config/suite-schema.ts';
import type { CheckGroup } from '../../config/check-groups.ts';
import { connectEngine } from '../../engine/connect.ts';
import type { Engine, EngineContainers, EngineImages } from '../../engine/contract.ts';
import { EngineError } from '../../engine/errors.ts';
import { openScope } from '../../engine/scope.ts';
import { buildScratchImage, type ScratchImage } from '../../engine/testing/scratch-image.ts';
import { processEnvironment } from '../../host/environment.ts';
import type { Case } from '../../kernel/verdict.ts';
import { checkImage, behaviourSuite, type CheckImageOptions } from './index.ts';
import { plain, serviceScript, state, stateful, HTTPD } from './testing/trial-image.ts';

const engine = await connectEngine({ env: processEnvironment() });
const threeTests = ['answers', 'ephemeral', 'volumes-persist'];

type More = Partial<Omit<CheckImageOptions, 'settings'>> & {
  readonly settings?: {
    readonly group?: CheckGroup;
    readonly only?: string[];
    readonly skip?: Record<string, string>;
  };
  readonly state?: ConfigInput['images'][string]['state'];
  /** Replaces calls to containers. */
  readonly calls?: Partial<EngineContainers>;
  /** Replaces calls to images. */
  readonly images?: Partial<EngineImages>;
};

interface Trip {
  readonly cases: readonly Case[];
  readonly starts: number;
  /** Most containers that ran at the same time. */
  readonly together: number;
}

/** Judges an image through an engine that counts. Nothing may be left behind. */
async function judge(image: ScratchImage, more: More = {}): Promise<Trip> {
  const counter = countStarts({
    ...engine,
    containers: { ...engine.containers, ...more.calls },
    images: { ...engine.images, ...more.images },
  });
  const runId = `battery-${randomBytes(4).toString('hex')}`;
  await using scope = await openScope({ engine: counter.engine, runId });
  const { cases } = await checkImage({
    ref: image.ref,
    scope,
    projectFolder: '/',
    signal: more.signal ?? new AbortController().signal,
    concurrency: more.concurrency ?? 2,
    profile: imageSchema.parse({ state: more.state }),
    settings: settingsOf(more.settings),
    report: more.report,
  });
  const left = await engine.objects.list(
    Object.entries(scope.labels).map((pair) => pair.join('=')),
  );
  expect(left.filter(({ kind }) => kind !== 'network')).toEqual([]);
  return { cases, starts: counter.starts(), together: counter.together() };
}

function settingsOf(settings: More['settings']): BehaviourSuite | undefined {
  const parsed = behaviourSuiteSchema.parse({ ...settings });
  return parsed === false ? undefined : parsed;
}

function countStarts(real: Engine): {
  readonly engine: Engine;
  readonly starts: () => number;
  readonly together: () => number;
} {
  const up = new Set<string>();
  let starts = 0;
  let together = 0;
  const gone = (id: string): void => void up.delete(id);
  const containers: EngineContainers = {
    ...real.containers,
    start: async (id) => {
      starts += 1;
      up.add(id);
      together = Math.max(together, up.size);
      await real.containers.start(id);
    },
    stop: (id, timeoutS) => real.containers.stop(id, timeoutS).finally(() => gone(id)),
    kill: (id, signal) => real.containers.kill(id, signal).finally(() => gone(id)),
    remove: (id) => real.containers.remove(id).finally(() => gone(id)),
  };
  return { engine: { ...real, containers }, starts: () => starts, together: () => together };
}

function verdictsOf(cases: readonly Case[]): Readonly<Record<string, string>> {
  return Object.fromEntries(cases.map(({ id, verdict }) => [id, verdict]));
}

async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise;
  } catch (error) {
    return error;
  }
}

function failing(): Promise<never> {
  return Promise.reject(new EngineError('ENGINE_GONE', 'The engine closed the connection'));
}

describe('a battery', () => {
  it('does the three tests of state with three starts, and removes what it made', async () => {
    await using image = await buildScratchImage(engine, stateful());

    const { cases, starts, together } = await judge(image, {
      state,
      settings: { only: threeTests },
    });

    expect(verdictsOf(cases)).toEqual({
      answers: 'pass',
      ephemeral: 'pass',
      'volumes-persist': 'pass',
    });
    expect(starts).toBe(3);
    expect(together).toBe(2);
  });

  it('does all checks with five starts', async () => {
    await using image = await buildScratchImage(engine, stateful());

    const { cases, starts } = await judge(image, { state });

    expect(cases.filter(({ verdict }) => verdict !== 'pass').map(({ id }) => id)).toEqual([
      'labels',
    ]);
    expect(starts).toBe(5);
  });

  it('runs one container at a time when there is room for one', async () => {
    await using image = await buildScratchImage(engine, stateful());

    const { cases, together } = await judge(image, {
      state,
      concurrency: 1,
      settings: { only: threeTests },
    });

    expect(new Set(cases.map(({ verdict }) => verdict))).toEqual(new Set(['pass']));
    expect(together).toBe(1);
  });

  it('starts nothing for what is silenced or has nothing to judge', async () => {
    await using image = await buildScratchImage(engine, plain(serviceScript(HTTPD)));
    const skip = { restarts: 'not ours', 'survives-kill': 'not ours', stops: 'not ours' };

    const { cases, starts } = await judge(image, { settings: { skip } });

    expect(starts).toBe(1);
    expect(cases.find(({ id }) => id === 'restarts')).toMatchObject({
      verdict: 'skip',
      reason: 'not ours',
    });
  });

  it('starts nothing at all for what needs no container, and says so of each case', async () => {
    await using image = await buildScratchImage(engine, plain(serviceScript(HTTPD)));

    const { cases, starts } = await judge(image, { settings: { group: 'static' } });

    expect(starts).toBe(0);
    expect(cases.every(({ isStatic }) => isStatic === true)).toBe(true);
    expect(verdictsOf(cases)).toMatchObject({ architecture: 'pass', user: 'warn' });
  });

  it('does the quick checks with one start', async () => {
    await using image = await buildScratchImage(engine, stateful());

    const { cases, starts } = await judge(image, { state, settings: { group: 'quick' } });

    expect(starts).toBe(1);
    expect(verdictsOf(cases)).toMatchObject({ answers: 'pass', stops: 'pass', secrets: 'pass' });
  });

  it('loses the checks of what the image holds when that cannot be read, and judges the others', async () => {
    await using image = await buildScratchImage(engine, plain(serviceScript(HTTPD)));
    const settings = { only: ['starts', 'secrets'] };

    const { cases } = await judge(image, { settings, images: { save: failing } });

    expect(verdictsOf(cases)).toEqual({ starts: 'pass', secrets: 'lost' });
  });

  it('reports a failed start though only other checks were asked for', async () => {
    await using image = await buildScratchImage(engine, {
      ...stateful(),
      command: ['sh', '-c', 'echo no; exit 3'],
    });

    const { cases } = await judge(image, { state, settings: { only: threeTests } });

    expect(verdictsOf(cases)).toEqual({
      starts: 'fail',
      answers: 'skip',
      ephemeral: 'skip',
      'volumes-persist': 'skip',
    });
  });

  it('loses the check whose look at the engine fails, and judges the others', async () => {
    await using image = await buildScratchImage(engine, plain(serviceScript(HTTPD)));

    const { cases } = await judge(image, { calls: { changes: failing } });

    expect(verdictsOf(cases)).toMatchObject({
      starts: 'pass',
      writes: 'lost',
      stops: 'pass',
      restarts: 'pass',
    });
    expect(cases.find(({ id }) => id === 'writes')?.reason).toContain('closed the connection');
  });

  it('fails, and does not lose, the check whose container ended before it was asked', async () => {
    await using image = await buildScratchImage(engine, plain(serviceScript(HTTPD)));
    const command = { exec: ['true'] };

    const { cases } = await judge(image, {
      state: { write: command, read: command },
      settings: { only: ['answers'] },
      calls: {
        exec: async (id, options) => {
          await engine.containers.kill(id, 'KILL');
          await engine.containers.wait(id);
          return engine.containers.exec(id, options);
        },
      },
    });

    expect(verdictsOf(cases)).toEqual({ answers: 'fail' });
    expect(cases[0]?.message).toContain('`state.write` failed: the container has ended.');
  });

  it('loses what depends on a run that the engine broke, and keeps the line beside it', async () => {
    await using image = await buildScratchImage(engine, stateful());
    const kill = failing;

    const { cases } = await judge(image, { state, calls: { kill } });

    expect(verdictsOf(cases)).toMatchObject({
      stops: 'pass',
      'volumes-persist': 'pass',
      'survives-kill': 'lost',
      ephemeral: 'pass',
      restarts: 'pass',
    });
  });

  it('ends with the reason of an abort, in the middle of a wait', async () => {
    await using image = await buildScratchImage(
      engine,
      plain('#!/bin/sh\nexec sleep 1000\n', { healthcheck: { test: ['CMD', 'false'] } }),
    );
    const controller = new AbortController();
    const report = {
      caseStarted: (): void => controller.abort(new Error('stopped by hand')),
      caseFinished: (): void => undefined,
      output: (): void => undefined,
    };
    const startedMs = performance.now();

    const judging = judge(image, { signal: controller.signal, report });

    await expect(judging).rejects.toThrow('stopped by hand');
    expect(performance.now() - startedMs).toBeLessThan(20_000);
  });
});

describe('checkImage', () => {
  it('refuses an image that the engine does not have: IMAGE_NOT_ON_ENGINE', async () => {
    await using scope = await openScope({
      engine,
      runId: `battery-${randomBytes(4).toString('hex')}`,
    });

    const judging = checkImage({
      ref: 'seatrial-test/no-such-image:1',
      scope,
      projectFolder: '/',
      signal: new AbortController().signal,
      concurrency: 1,
    });

    await expect(judging).rejects.toMatchObject({
      code: 'IMAGE_NOT_ON_ENGINE',
      hint: 'Build it or run `docker pull seatrial-test/no-such-image:1` first.',
    });
  });

  it('refuses a target without a port in an image that exposes none: STATE_SETTING_INVALID', async () => {
    await using image = await buildScratchImage(engine, stateful({ exposedPorts: [] }));

    const error = await rejectionOf(judge(image, { state }));

    expect(error).toMatchObject({ code: 'STATE_SETTING_INVALID', exitCode: 2 });
    expect(String(error)).toContain('state.write');
  });
});

describe('the suite', () => {
  const place = { projectFolder: '/', env: {} };

  it('names what decides its verdicts, in an order that does not depend on how it was written', async () => {
    const one = behaviourSuite.inputs(
      { only: ['b', 'a'], skip: { x: '1', y: '2' }, may_write: [] },
      place,
    );
    const other = behaviourSuite.inputs(
      { only: ['a', 'b'], skip: { y: '2', x: '1' }, may_write: [] },
      place,
    );

    expect(await one).toEqual(await other);
  });

  it('names another input for each setting that changes', async () => {
    const before = await behaviourSuite.inputs({ skip: {}, may_write: [] }, place);
    const after = await behaviourSuite.inputs(
      {
        group: 'quick',
        only: ['a'],
        skip: { x: '1' },
        may_write: ['/v'],
        max_size: 5,
        refuses: [{ env: { PORT: 'none' }, within: 1000 }],
        reproducible: true,
      },
      place,
    );

    expect(Object.keys(before)).toEqual(Object.keys(after));
    for (const name of Object.keys(before)) expect(before[name]).not.toBe(after[name]);
  });
});
