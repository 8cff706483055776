import type { ContainerState, ImageRecord } from '../../engine/contract.ts';
import { awaitReady } from '../../engine/readiness/await-ready.ts';
import { exposedTcpPorts } from '../../engine/readiness/probes.ts';
import { renderEvidence, renderNotReady } from '../../engine/readiness/render-not-ready.ts';
import { addressOf, needsPublishing, type Address } from '../../engine/route.ts';
import { runSchema, type ImageProfile } from '../../config/schema.ts';
import { systemClock } from '../../host/clock.ts';
import { SuiteError } from '../errors.ts';
import {
  freshVolumePaths,
  planContainer,
  type ContainerPlan,
  type RunOptions,
} from './container-options.ts';
import type { Container } from './spec-container.ts';
import { requireImage, type SpecSession } from './spec-session.ts';

/** What a test has made, to be removed at its end. */
export interface Belongings {
  readonly session: SpecSession;
  /** Aborts when the test is over. */
  readonly signal: AbortSignal;
  createVolume(): Promise<string>;
  keepContainer(container: Container): void;
  dropContainer(id: string): void;
}

/** Creates and starts a container, and waits until it is ready unless the options say otherwise. */
export async function runContainer(
  options: RunOptions,
  belongings: Belongings,
): Promise<Container> {
  const { session } = belongings;
  const { engine, scope, choice } = session;
  const isOther = options.image !== undefined;
  const record = isOther ? await requireImage(engine, options.image) : session.record;
  const profile: ImageProfile = isOther ? { run: runSchema.parse({}) } : choice.profile;
  const freshVolumes: Record<string, string> = {};
  for (const path of freshVolumePaths(options, { record, profile })) {
    freshVolumes[path] = await belongings.createVolume();
  }
  const plan = planContainer(options, {
    record,
    profile,
    freshVolumes,
    projectFolder: choice.projectFolder,
    mustPublish: needsPublishing(engine),
  });
  const id = await scope.createContainer(plan.spec);
  const started = await openContainer(id, {
    belongings,
    record,
    plan,
    options: { ...options, volumes: { ...freshVolumes, ...options.volumes } },
  });
  belongings.keepContainer(started.container);
  await started.start();
  return started.container;
}

interface ContainerMaking {
  readonly belongings: Belongings;
  readonly record: ImageRecord;
  readonly plan: ContainerPlan;
  /** With every volume by name, so that a replacement gets the same. */
  readonly options: RunOptions;
}

async function openContainer(
  id: string,
  making: ContainerMaking,
): Promise<{ readonly container: Container; readonly start: () => Promise<void> }> {
  const { plan, belongings } = making;
  const { containers } = belongings.session.engine;
  let state = await requireState(id, making);
  const refresh = async (): Promise<void> => {
    state = await requireState(id, making);
  };
  const ready = async (): Promise<void> => {
    await waitUntilReady(id, making);
    await refresh();
  };
  const start = async (): Promise<void> => {
    await containers.start(id);
    await (plan.mustWait ? ready() : refresh());
  };
  const stop = async (timeoutMs = plan.stopTimeoutMs): Promise<number> => {
    await containers.stop(id, Math.ceil(timeoutMs / 1000));
    await refresh();
    return state.exitCode;
  };
  const address = (port?: number): Address =>
    addressOf(belongings.session.engine, state, port ?? onlyPort(making.record));
  const container: Container = Object.freeze<Container>({
    id,
    name: state.name,
    address,
    url: (port) => {
      const { host, port: reached } = address(port);
      return `http://${host.includes(':') ? `[${host}]` : host}:${String(reached)}`;
    },
    exec: async (command, options = {}) =>
      await containers.exec(id, {
        ...options,
        argv: typeof command === 'string' ? ['sh', '-c', command] : command,
      }),
    logs: async (options = {}) => await containers.logs(id, options),
    inspect: async () => await requireState(id, making),
    stop: async (options = {}) => await stop(options.timeoutMs),
    kill: async (signal = 'SIGKILL') => {
      await containers.kill(id, signal);
      if (signal === 'SIGKILL' || signal === 'KILL') await containers.wait(id, belongings.signal);
      await refresh();
    },
    start,
    restart: async () => {
      await containers.restart(id, Math.ceil(plan.stopTimeoutMs / 1000));
      await (plan.mustWait ? ready() : refresh());
    },
    wait: async () => await containers.wait(id, belongings.signal),
    ready,
    replace: async (changes = {}) => {
      await stop();
      await containers.remove(id);
      belongings.dropContainer(id);
      return await runContainer({ ...making.options, ...changes }, belongings);
    },
  });
  return { container, start };
}

async function waitUntilReady(
  id: string,
  { belongings, record, plan }: ContainerMaking,
): Promise<void> {
  const result = await awaitReady({
    engine: belongings.session.engine,
    containerId: id,
    image: record,
    ready: plan.ready,
    clock: systemClock,
    signal: belongings.signal,
  });
  if (result.state === 'ready') return;
  throw new SuiteError(
    'SPEC_NOT_READY',
    [
      `The container is not ready: it ${result.state === 'exited' ? '' : 'is '}${renderNotReady(result)}`,
      renderEvidence(result),
    ]
      .join('\n')
      .trim(),
  );
}

async function requireState(id: string, { belongings }: ContainerMaking): Promise<ContainerState> {
  const state = await belongings.session.engine.containers.inspect(id);
  if (state !== undefined) return state;
  throw new SuiteError('SPEC_FIXTURE_MISUSED', `Container ${id.slice(0, 12)} is removed already`, {
    hint: 'Use the container that `replace` gave back.',
  });
}

function onlyPort(record: ImageRecord): number {
  const ports = exposedTcpPorts(record);
  const [port] = ports;
  if (port !== undefined && ports.length === 1) return port;
  throw new SuiteError(
    'SPEC_FIXTURE_MISUSED',
    `No port was named, and the image exposes ${ports.length === 0 ? 'none' : ports.join(', ')}`,
    { hint: 'Name the port: container.url(8080)' },
  );
}
