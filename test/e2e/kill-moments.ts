import type { EventOfRun } from './command-line.ts';
import type { Change } from './kill-project.ts';

/** A moment of a run: the event after which the run is interrupted, and what has to change for it to come. */
export interface KillMoment {
  readonly when: string;
  /** @default nothing: the run goes on where the one before it was killed */
  readonly change?: Change;
  readonly is: (event: EventOfRun) => boolean;
  /** Tags that have surely moved by then. @default none */
  readonly moved?: readonly string[];
  /** Whether another moment stands for it, unless `make soak` runs. @default false */
  readonly isStoodFor?: true;
}

/**
 * In the order of a run: before anything is tested. Between records of the journal: before and after each of those a run
 * is killed by `crash.e2e.test.ts`.
 */
export const buildingMoments: readonly KillMoment[] = [
  {
    when: 'a RUN step runs on the engine',
    change: 'base',
    is: matches({ type: 'step.output', step: 'build:base', text: /begun/u }),
  },
  {
    when: 'a hook runs, with a container of its own',
    change: 'page',
    is: matches({ type: 'step.output', step: 'build:app', text: /its container is there/u }),
  },
  {
    when: 'the context of a build is sent',
    isStoodFor: true,
    change: 'app',
    is: matches({ type: 'step.started', step: 'build:app' }),
  },
  {
    when: 'a COPY step is done',
    isStoodFor: true,
    change: 'app',
    is: matches({ type: 'build.vertex', step: 'build:app', name: /COPY server/u, state: 'done' }),
  },
];

/** While the suites run. */
export const testingMoments: readonly KillMoment[] = [
  {
    when: 'a script runs, with a container and a volume of its own',
    change: 'app',
    is: matches({ type: 'step.output', step: 'test:app:script', text: /its container is there/u }),
  },
  {
    when: 'the first container of the checks starts',
    isStoodFor: true,
    change: 'app',
    is: matches({ type: 'case.started', id: 'starts' }),
  },
  {
    when: 'a check writes state',
    isStoodFor: true,
    change: 'app',
    is: matches({ type: 'case.started', id: 'answers' }),
  },
  {
    when: 'a container is being stopped',
    isStoodFor: true,
    change: 'app',
    is: matches({ type: 'case.started', id: 'stops' }),
  },
  {
    when: 'a container is replaced on its volumes',
    change: 'app',
    is: matches({ type: 'case.started', id: 'volumes-persist' }),
  },
];

/** From the packed image to the tags: each run gets one step further than the one before. */
export const shippingMoments: readonly KillMoment[] = [
  {
    when: 'the image is packed',
    change: 'app',
    is: matches({ type: 'step.started', step: 'ship:app' }),
  },
  {
    when: 'layers are uploaded',
    isStoodFor: true,
    is: matches({ type: 'step.output', step: 'ship:app', text: /^packed/u }),
  },
  {
    when: 'the last blob is there and the manifest is not',
    isStoodFor: true,
    is: matches({ type: 'step.output', step: 'ship:app', text: /^layer/u }),
  },
  {
    when: 'the first tag is about to move',
    is: matches({ type: 'effect.intent', details: { tag: '7' } }),
  },
];

/** A run that goes on must find out which tags were moved. */
export const movingMoments: readonly KillMoment[] = [
  {
    when: 'one tag has moved and the other has not',
    change: 'app',
    is: matches({ type: 'effect.done', details: { tag: '7' } }),
    moved: ['sample/app:7'],
  },
];

/** When a Vitest file has a container. */
export const specMoment: KillMoment = {
  when: 'a Vitest file runs, with a container of its own',
  change: 'app',
  is: matches({ type: 'step.output', step: 'test:app:spec', text: /its container is there/u }),
};

/** The one of all moments that is called so. */
export function momentWhen(when: string): KillMoment {
  const moment = [...buildingMoments, ...testingMoments, ...shippingMoments, ...movingMoments].find(
    (each) => each.when === when,
  );
  if (moment === undefined) throw new Error(`there is no moment when ${when}`);
  return moment;
}

/** Whether an event has these values; a regular expression stands for each text that it matches. */
export function matches(pattern: EventOfRun): (event: EventOfRun) => boolean {
  return (event) => Object.entries(pattern).every(([name, wanted]) => isLike(event[name], wanted));
}

function isLike(value: unknown, wanted: unknown): boolean {
  if (wanted instanceof RegExp) return typeof value === 'string' && wanted.test(value);
  if (typeof wanted !== 'object' || wanted === null) return value === wanted;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(wanted).every(([name, each]) =>
    isLike(Object.getOwnPropertyDescriptor(value, name)?.value, each),
  );
}
