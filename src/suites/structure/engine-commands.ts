import type { Scope, ScopedContainerSpec } from '../../engine/scope-contract.ts';
import {
  isGoodSetup,
  type CommandEnd,
  type CommandRunner,
  type ProgramEnd,
  type SetupEnd,
} from './command-end.ts';
import type { ToHostSpec } from './host-spec.ts';
import { once } from '../once.ts';
import type { CommandPlan } from './plan-command.ts';
import { runProgram, type ProgramRun } from './run-program.ts';
import { changedBelow, listVolumes, type VolumeListing } from './volume-listing.ts';

export interface EngineCommandsOptions {
  readonly scope: Scope;
  readonly toHostSpec: ToHostSpec;
  readonly imageId: string;
  /** VOLUMEs of the image. */
  readonly volumes: readonly string[];
  readonly signal: AbortSignal;
  /** For one command. */
  readonly timeoutMs: number;
  /** Whether a setup goes on whatever comes of it, as in the original. */
  readonly isCompat: boolean;
}

/** Disposing removes the images of setups. */
export interface EngineCommands extends CommandRunner, AsyncDisposable {}

/** What a setup left to stand on. */
interface Ground {
  readonly imageId: string;
  readonly ends: readonly SetupEnd[];
  readonly isUsable: boolean;
}

interface Workshop extends EngineCommandsOptions {
  /** By everything that decides them: made once, however many tests ask. */
  readonly ends: Map<string, Promise<CommandEnd>>;
  readonly grounds: Map<string, Promise<Ground>>;
  /** In the order in which they were made. */
  readonly images: string[];
}

export function createEngineCommands(options: EngineCommandsOptions): EngineCommands {
  const workshop: Workshop = { ...options, ends: new Map(), grounds: new Map(), images: [] };
  return Object.freeze({
    run: (plan: CommandPlan) =>
      once(workshop.ends, JSON.stringify(plan), () => runPlan(workshop, plan)),
    [Symbol.asyncDispose]: () => removeImages(workshop),
  });
}

async function runPlan(workshop: Workshop, plan: CommandPlan): Promise<CommandEnd> {
  const ground = await groundOf(workshop, plan, plan.setup.length);
  if (!ground.isUsable) return { setup: ground.ends };
  const { tty, env, argv } = plan;
  const spec = { purpose: 'command', image: ground.imageId, command: argv, env, tty };
  return { setup: ground.ends, command: await runIn(workshop, plan, { spec }) };
}

/** What the first commands of a setup leave; tests whose setups begin alike stand on the same. */
function groundOf(workshop: Workshop, plan: CommandPlan, count: number): Promise<Ground> {
  const { setup, setupEnv, user, host } = plan;
  const key = JSON.stringify([setup.slice(0, count), setupEnv, user, host]);
  return once(workshop.grounds, key, () => layGround(workshop, plan, count));
}

async function layGround(workshop: Workshop, plan: CommandPlan, count: number): Promise<Ground> {
  const argv = plan.setup[count - 1];
  if (argv === undefined) return { imageId: workshop.imageId, ends: [], isUsable: true };
  const below = await groundOf(workshop, plan, count - 1);
  if (!below.isUsable) return below;
  const { scope, isCompat } = workshop;
  const volumes = watchedVolumes(workshop);
  let before: VolumeListing = new Map();
  let after: VolumeListing = new Map();
  let imageId: string | undefined;
  const end = await runIn(workshop, plan, {
    spec: { purpose: 'setup', image: below.imageId, command: argv, env: plan.setupEnv },
    onCreated: async (id) => {
      before = await listVolumes(scope.engine, id, volumes);
    },
    onEnded: async (id, exitCode) => {
      if (exitCode !== 0 && !isCompat) return;
      after = await listVolumes(scope.engine, id, volumes);
      imageId = await scope.commitContainer(id);
      workshop.images.push(imageId);
    },
  });
  const lostPaths = imageId === undefined ? [] : changedBelow(before, after);
  const setup: SetupEnd = { argv, end, lostPaths };
  const isUsable = imageId !== undefined && (isCompat || isGoodSetup(setup));
  return { imageId: imageId ?? below.imageId, ends: [...below.ends, setup], isUsable };
}

/** Podman fills a volume when the container starts, which looks as if the setup had written it. */
function watchedVolumes({ isCompat, volumes, scope }: Workshop): readonly string[] {
  return isCompat || scope.engine.info.product === 'podman' ? [] : volumes;
}

interface Step extends Pick<ProgramRun, 'onCreated' | 'onEnded'> {
  readonly spec: Pick<ScopedContainerSpec, 'purpose' | 'image' | 'command' | 'env' | 'tty'>;
}

async function runIn(
  { scope, signal, timeoutMs, toHostSpec }: Workshop,
  { user, host }: CommandPlan,
  { spec, onCreated, onEnded }: Step,
): Promise<ProgramEnd> {
  return await runProgram({
    scope,
    signal,
    timeoutMs,
    create: async () =>
      await scope.createContainer({
        ...spec,
        // The engine's way to say that there is none.
        entrypoint: [''],
        user: user === '' ? undefined : user,
        ...(await toHostSpec(host)),
      }),
    onCreated,
    onEnded,
  });
}

async function removeImages({ scope, images, ends }: Workshop): Promise<void> {
  await Promise.allSettled(ends.values());
  // Each holds the one that it was made from.
  for (const id of images.toReversed()) {
    await scope.engine.objects.remove({ kind: 'image', id, name: id, labels: scope.labels });
  }
}
