import { readySchema } from '../../config/schema.ts';
import { awaitReady } from '../../engine/readiness/await-ready.ts';
import { systemClock } from '../../host/clock.ts';
import type { SuiteContext } from '../contract.ts';
import type { Need } from './sut-plan.ts';

/** Why a service cannot begin. */
export interface Obstacle {
  /** The service that is to blame. */
  readonly service: string;
  /** A clause that follows its name: `ended with exit code 1`. */
  readonly problem: string;
  readonly fix: string;
}

export interface NeededContainer {
  readonly need: Need;
  readonly containerId: string;
}

/** Waits until a service is as far as another one needs it. Absent when it is. @throws the reason of the signal */
export async function awaitNeed(
  needed: NeededContainer,
  context: Pick<SuiteContext, 'scope' | 'signal' | 'image'>,
): Promise<Obstacle | undefined> {
  switch (needed.need.condition) {
    case 'service_started':
      return undefined;
    case 'service_completed_successfully':
      return await awaitEnd(needed, context);
    case 'service_healthy':
      return await awaitHealth(needed, context);
  }
}

const READ_LOG = 'Read its last lines.';

async function awaitEnd(
  { need, containerId }: NeededContainer,
  { scope, signal }: Pick<SuiteContext, 'scope' | 'signal'>,
): Promise<Obstacle | undefined> {
  const exitCode = await scope.engine.containers.wait(containerId, signal);
  if (exitCode === 0) return undefined;
  const problem = `ended with exit code ${String(exitCode)}, and was to complete successfully`;
  return { service: need.service, problem, fix: READ_LOG };
}

/** Longer than any suite may take: the suite's own limit ends the wait. */
const NEVER_MS = 2 ** 31 - 1;

async function awaitHealth(
  { need, containerId }: NeededContainer,
  { scope, signal, image }: Pick<SuiteContext, 'scope' | 'signal' | 'image'>,
): Promise<Obstacle | undefined> {
  const { service } = need;
  const { engine } = scope;
  const state = await engine.containers.inspect(containerId);
  if (state?.isRunning === true && state.health === undefined) {
    const problem = 'has no health check, and was to become healthy';
    return { service, problem, fix: 'Give it a `healthcheck`, or its image a HEALTHCHECK.' };
  }
  const over = new AbortController();
  const waiting = AbortSignal.any([signal, over.signal]);
  try {
    const end = await Promise.race([
      awaitReady({
        engine,
        containerId,
        image: image.record,
        ready: { ...readySchema.parse({ health: true }), timeout: NEVER_MS },
        clock: systemClock,
        signal: waiting,
      }),
      untilUnhealthy(containerId, { scope, signal: waiting }),
    ]);
    if (end === 'unhealthy') {
      const problem = 'is unhealthy, and was to become healthy';
      return { service, problem, fix: 'Read what its health check printed.' };
    }
    if (end.state === 'ready') return undefined;
    const problem = `ended with exit code ${String(end.exitCode)} before it was healthy`;
    return { service, problem, fix: READ_LOG };
  } finally {
    over.abort();
  }
}

async function untilUnhealthy(
  containerId: string,
  { scope, signal }: Pick<SuiteContext, 'scope' | 'signal'>,
): Promise<'unhealthy'> {
  return await new Promise((resolve, reject) => {
    const onEvent = (action: string): void => {
      if (action === 'health_status: unhealthy') resolve('unhealthy');
    };
    scope.engine.objects.watch(containerId, onEvent, signal).catch(reject);
  });
}
