import { mkdir } from 'node:fs/promises';
import { EngineError } from '../../engine/errors.ts';
import type { MountSpec } from '../../engine/contract.ts';
import { isThere } from '../../host/files.ts';
import type { SuiteContext } from '../contract.ts';
import { CASE_LABEL } from '../remains.ts';
import { awaitNeed, type Obstacle } from './await-need.ts';
import type { PreparedByService } from './prepare-images.ts';
import { SUT, type Need, type PlannedMount, type ServicePlan, type SutPlan } from './sut-plan.ts';

/** How it ended. Logs are read by whoever wants them, as long as the containers are there. */
export type SutEnd =
  | { readonly state: 'ended'; readonly exitCode: number; readonly isOomKilled: boolean }
  | { readonly state: 'blocked'; readonly obstacle: Obstacle };

export interface Fleet {
  readonly plan: SutPlan;
  readonly images: PreparedByService;
  /** On everything that is made: by it all is removed. */
  readonly caseName: string;
  /** Told of each container once it is there, and once it runs. */
  readonly onCreated: (service: string, id: string) => void;
  readonly onStarted: (service: string, id: string) => void;
}

/**
 * Starts the services, each when those that it needs are as far as it needs them, and waits for the end of `sut`.
 * Removes nothing.
 * @throws {EngineError}, or the reason of the signal
 */
export async function runServices(fleet: Fleet, context: SuiteContext): Promise<SutEnd> {
  const harbour = await makeHarbour(fleet, context);
  const halt = new AbortController();
  const signal = AbortSignal.any([context.signal, halt.signal]);
  const starts = new Map<string, Promise<Start>>();
  const start = (name: string): Promise<Start> => {
    const departure = { ...fleet, harbour, context: { ...context, signal }, halt, start };
    const begun = starts.get(name) ?? startService(name, departure);
    starts.set(name, begun);
    return begun;
  };
  try {
    const sut = await start(SUT);
    if (!sut.ok) return { state: 'blocked', obstacle: sut.obstacle };
    const { containers } = context.scope.engine;
    const exitCode = await containers.wait(sut.id, context.signal);
    const state = await containers.inspect(sut.id);
    return { state: 'ended', exitCode, isOomKilled: state?.isOomKilled ?? false };
  } finally {
    halt.abort();
    // What is still being made must be there before it is removed.
    await Promise.allSettled(starts.values());
  }
}

/** Networks and volumes, by their names in the file. */
interface Harbour {
  readonly networks: ReadonlyMap<string, string>;
  readonly volumes: ReadonlyMap<string, string>;
}

async function makeHarbour({ plan, caseName }: Fleet, { scope }: SuiteContext): Promise<Harbour> {
  const labels = { [CASE_LABEL]: caseName };
  const networks = new Map<string, string>();
  const volumes = new Map<string, string>();
  for (const name of plan.networks) networks.set(name, await scope.createNetwork(SUT, labels));
  for (const name of plan.volumes) volumes.set(name, await scope.createVolume(SUT, labels));
  return { networks, volumes };
}

type Start =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly obstacle: Obstacle };

interface Departure extends Fleet {
  readonly harbour: Harbour;
  readonly context: SuiteContext;
  /** Ends what other services wait for: one obstacle is enough. */
  readonly halt: AbortController;
  readonly start: (name: string) => Promise<Start>;
}

async function startService(name: string, departure: Departure): Promise<Start> {
  const service = departure.plan.services.find((each) => each.name === name);
  if (service === undefined) throw new TypeError(`the plan has no service ${name}`);
  const met = await Promise.allSettled(service.needs.map((need) => meet(need, departure)));
  const obstacle = met
    .map((each) => (each.status === 'fulfilled' ? each.value : undefined))
    .find(isObstacle);
  if (obstacle !== undefined) return { ok: false, obstacle };
  for (const each of met) if (each.status === 'rejected') throw each.reason;
  departure.context.signal.throwIfAborted();
  try {
    return { ok: true, id: await startContainer(service, departure) };
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'ENGINE_REFUSED_REQUEST') throw error;
    const { answer } = error.details;
    const words = typeof answer === 'string' ? answer : error.message;
    const problem = `could not be started: ${words}`;
    return { ok: false, obstacle: { service: name, problem, fix: FIX_OF_START } };
  }
}

function isObstacle(value: Obstacle | undefined): value is Obstacle {
  return value !== undefined;
}

const FIX_OF_START = 'Correct what the engine names: a command that the image has, a path, a user.';

async function meet(need: Need, departure: Departure): Promise<Obstacle | undefined> {
  const begun = await departure.start(need.service);
  const obstacle = begun.ok
    ? await awaitNeed({ need, containerId: begun.id }, departure.context)
    : begun.obstacle;
  if (obstacle !== undefined) departure.halt.abort();
  return obstacle;
}

async function startContainer(service: ServicePlan, departure: Departure): Promise<string> {
  const { harbour, images, caseName, context } = departure;
  const { engine } = context.scope;
  const [first, ...others] = Object.entries(service.networks);
  for (const { type, source } of service.mounts) {
    const isMissing = type === 'bind' && source !== undefined && !(await isThere(source));
    if (isMissing) await mkdir(source, { recursive: true });
  }
  const id = await context.scope.createContainer({
    ...service.container,
    purpose: service.name,
    image: images.get(service.name)?.id ?? '',
    network: harbour.networks.get(first?.[0] ?? ''),
    aliases: first?.[1],
    mounts: service.mounts.map((mount) => toMountSpec(mount, harbour)),
    labels: { ...service.container.labels, [CASE_LABEL]: caseName },
  });
  for (const [network, aliases] of others) {
    await engine.objects.joinNetwork(harbour.networks.get(network) ?? network, id, aliases);
  }
  departure.onCreated(service.name, id);
  await engine.containers.start(id);
  departure.onStarted(service.name, id);
  return id;
}

function toMountSpec(mount: PlannedMount, { volumes }: Harbour): MountSpec {
  const { type, source, target, isReadOnly } = mount;
  const volume = type === 'volume' && source !== undefined ? volumes.get(source) : source;
  return { type, source: volume, target, isReadOnly };
}
