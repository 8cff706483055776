import { expect, test } from 'vitest';
import type { PlannedStep, StepOutcome } from '../kernel/run-events.ts';
import { schedule, type WithheldCause } from './schedule.ts';

function step(id: string, ...needs: string[]): PlannedStep {
  return { id, kind: 'build', image: id, platform: 'linux/amd64', needs };
}

interface Gate {
  readonly begun: string[];
  readonly end: (id: string, outcome?: StepOutcome) => Promise<void>;
  readonly perform: (planned: PlannedStep) => Promise<{ outcome: StepOutcome }>;
}

/** Steps that end when the test says so. */
function gate(): Gate {
  const begun: string[] = [];
  const open = new Map<string, (outcome: StepOutcome) => void>();
  return {
    begun,
    end: async (id, outcome = 'passed') => {
      open.get(id)?.(outcome);
      await new Promise((resolve) => setImmediate(resolve));
    },
    perform: (planned) => {
      begun.push(planned.id);
      return new Promise((resolve) => {
        open.set(planned.id, (outcome) => resolve({ outcome }));
      });
    },
  };
}

const { signal } = new AbortController();
const withhold = (_: PlannedStep, cause: WithheldCause): { outcome: StepOutcome } => ({
  outcome: cause.kind === 'cancelled' ? 'cancelled' : 'skipped',
});

test('parents come first and independent steps run at the same time', async () => {
  const { begun, end, perform } = gate();

  const done = schedule([step('base'), step('tool'), step('app', 'base')], {
    perform,
    withhold,
    concurrency: 4,
    signal,
  });

  expect(begun).toEqual(['base', 'tool']);
  await end('base');
  expect(begun).toEqual(['base', 'tool', 'app']);
  await end('tool');
  await end('app');
  expect((await done).get('app')).toEqual({ outcome: 'passed' });
});

test('no more than the allowed number of steps are under way', async () => {
  const { begun, end, perform } = gate();

  const done = schedule([step('a'), step('b'), step('c')], {
    perform,
    withhold,
    concurrency: 2,
    signal,
  });

  expect(begun).toEqual(['a', 'b']);
  await end('a');
  expect(begun).toEqual(['a', 'b', 'c']);
  await end('b');
  await end('c');
  await done;
});

test('what needs a failed step is withheld, transitively, and the rest goes on', async () => {
  const { begun, end, perform } = gate();

  const done = schedule([step('a'), step('b', 'a'), step('c', 'b'), step('d')], {
    perform,
    withhold,
    concurrency: 4,
    signal,
  });
  await end('a', 'failed');
  await end('d');

  expect(begun).toEqual(['a', 'd']);
  expect(Object.fromEntries(await done)).toEqual({
    a: { outcome: 'failed' },
    b: { outcome: 'skipped' },
    c: { outcome: 'skipped' },
    d: { outcome: 'passed' },
  });
});

test('a skipped or lost need is not a passed one', async () => {
  for (const outcome of ['skipped', 'lost', 'cancelled'] as const) {
    const { end, perform } = gate();

    const done = schedule([step('a'), step('b', 'a')], {
      perform,
      withhold,
      concurrency: 1,
      signal,
    });
    await end('a', outcome);

    expect((await done).get('b')).toEqual({ outcome: 'skipped' });
  }
});

test('after an abort nothing new is begun', async () => {
  const stop = new AbortController();
  const { begun, end, perform } = gate();

  const done = schedule([step('a'), step('b', 'a')], {
    perform,
    withhold,
    concurrency: 1,
    signal: stop.signal,
  });
  stop.abort();
  await end('a');

  expect((await done).get('b')).toEqual({ outcome: 'cancelled' });
  expect(begun).toEqual(['a']);
});

test('a step that throws ends the schedule after the steps under way have ended', async () => {
  const { end, perform } = gate();
  let hasEnded = false;

  const done = schedule([step('a'), step('b')], {
    perform: async (planned) => {
      if (planned.id === 'a') throw new Error('a bug');
      const result = await perform(planned);
      hasEnded = true;
      return result;
    },
    withhold,
    concurrency: 2,
    signal,
  });
  const thrown = done.catch((error: unknown) => ({ error, hasEnded }));
  await end('b');

  expect(await thrown).toEqual({ error: new Error('a bug'), hasEnded: true });
});
