import { awaitReady } from '../../engine/readiness/await-ready.ts';
import { renderEvidence, renderNotReady } from '../../engine/readiness/render-not-ready.ts';
import { needsPublishing } from '../../engine/route.ts';
import { systemClock } from '../../host/clock.ts';
import type { SuiteContext } from '../contract.ts';
import { createEngineFiles } from '../engine-image-files.ts';
import { refusalOf } from '../start-refusal.ts';
import { openEngineService } from './engine-service.ts';
import { mountPointsOf, planContainer, unseenFoldersOf } from './plan-container.ts';
import type { ServiceState, World } from './world.ts';

export interface EngineWorldOptions {
  readonly context: SuiteContext;
  /** Whether anything needs a running container. */
  readonly mustStart: boolean;
  /** TCP ports that tests ask. */
  readonly ports: readonly number[];
}

/** The image on a real engine, in one container for all tests. Disposing removes it. */
export function openEngineWorld(options: EngineWorldOptions): World & AsyncDisposable {
  const { context, mustStart } = options;
  const { engine } = context.scope;
  const opened = new AsyncDisposableStack();
  let made: Promise<string> | undefined;
  let started: Promise<ServiceState> | undefined;
  const container = (): Promise<string> => (made ??= create(options, opened));
  const service = (): Promise<ServiceState> =>
    (started ??= container().then(async (id) => await start(id, context, opened)));
  return Object.freeze({
    ref: context.image.ref,
    env: context.containerEnv ?? {},
    unseen: unseenFoldersOf(context),
    files: async () => {
      const containerId = await container();
      // What the image writes when it starts is there to be tested.
      if (mustStart) await service();
      return createEngineFiles({ engine, containerId, mountPoints: mountPointsOf(context) });
    },
    service,
    [Symbol.asyncDispose]: async () => {
      // What is still being made is there to be removed.
      await Promise.allSettled([made, started]);
      await opened.disposeAsync();
    },
  });
}

async function create(
  { context, mustStart, ports }: EngineWorldOptions,
  opened: AsyncDisposableStack,
): Promise<string> {
  const { scope } = context;
  const isPublishing = needsPublishing(scope.engine);
  const spec = planContainer(context, { ports, isPublishing });
  const id = await scope.createContainer(mustStart ? spec : { ...spec, ...never });
  opened.defer(async () => await scope.engine.containers.remove(id));
  return id;
}

/** For one that is not started: the program is a word that no engine looks at. */
const never = {
  entrypoint: [''],
  command: ['never-started'],
  network: 'none',
  publish: undefined,
};

const FIX =
  'Read its last lines. An image that ends by itself needs `run.command`, and one that is slow `ready`.';

async function start(
  containerId: string,
  context: SuiteContext,
  opened: AsyncDisposableStack,
): Promise<ServiceState> {
  const { scope, image, signal } = context;
  const { engine } = scope;
  try {
    await engine.containers.start(containerId);
  } catch (error) {
    const reason = refusalOf(error);
    if (reason === undefined) throw error;
    return {
      state: 'down',
      problem: `cannot be told: the container could not be started: ${reason}`,
      fix: 'Correct the entrypoint or the command of the image.',
      evidence: '',
    };
  }
  const ready = await awaitReady({
    engine,
    containerId,
    image: image.record,
    ready: image.profile.ready,
    clock: systemClock,
    signal,
  });
  if (ready.state === 'ready') {
    return { state: 'up', service: opened.use(openEngineService(containerId, context)) };
  }
  return {
    state: 'down',
    problem: `cannot be told: the container is ${renderNotReady(ready)}`.replace(
      'is ended',
      'ended',
    ),
    fix: FIX,
    evidence: renderEvidence(ready),
  };
}
