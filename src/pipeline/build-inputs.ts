import type { BuildRequest } from '../build/build-image.ts';
import { buildKey } from '../build/build-key.ts';
import { digestContext, type ContextDigest } from '../build/context-digest.ts';
import { scanContext, type ContextSnapshot } from '../build/context.ts';
import { toImageLabels } from '../build/labels.ts';
import { withoutState } from '../build/without-state.ts';
import { createContextFilter } from '../dockerfile/ignore.ts';
import type { ContentKey } from '../kernel/content-key.ts';
import { hexOf } from '../kernel/digest.ts';
import { parsePlatform, type Platform } from '../kernel/platform.ts';
import type { PlannedStep } from '../kernel/run-events.ts';
import { PipelineError } from './errors.ts';
import type { Parents } from './built-image.ts';
import { pinDockerfile, type PinnedDockerfile } from './pinned-dockerfile.ts';
import { imageOf } from './project-image.ts';
import type { RunContext } from './run-context.ts';

/** Everything that a build is made from, and the name of the result. */
export interface BuildInputs {
  readonly key: ContentKey;
  /** `localhost/seatrial/<image>:<key>`: the key is in the name, so the engine itself remembers. */
  readonly imageRef: string;
  readonly context: ContextSnapshot;
  readonly digest: ContextDigest;
  readonly dockerfile: PinnedDockerfile;
}

/** Reads what a build takes as it is now: the context, the Dockerfile, the images it builds on. */
export async function readInputs(
  step: PlannedStep,
  context: RunContext,
  parents: Parents,
): Promise<BuildInputs> {
  const image = imageOf(step, context.project);
  const filter = withoutState(await createContextFilter(image.contextFolder, image.dockerfilePath));
  const [dockerfile, { snapshot, digest }] = await Promise.all([
    pinDockerfile({ image, project: context.project, parents, platform: platformOf(step) }),
    scanContext(image.contextFolder, filter).then(async (scanned) => ({
      snapshot: scanned,
      digest: await digestContext(scanned, context.fileDigests),
    })),
  ]);
  const key = buildKey({
    dockerfileCanonical: dockerfile.canonical,
    context: digest,
    args: dockerfile.args,
    target: image.target,
    platform: step.platform,
    parents: Object.fromEntries([...parents].map(([name, { imageId }]) => [name, imageId])),
    labels: image.labels,
  });
  const imageRef = `localhost/seatrial/${image.name}:${hexOf(key.digest).slice(0, 16)}`;
  return { key, imageRef, context: snapshot, digest, dockerfile };
}

/** What the engine is asked for, with the listener of the run. */
export function toBuildRequest(
  step: PlannedStep,
  context: RunContext,
  inputs: BuildInputs,
): BuildRequest {
  const image = imageOf(step, context.project);
  return {
    engine: context.engine,
    context: inputs.context,
    fileDigests: inputs.digest.files,
    dockerfile: inputs.dockerfile.source,
    target: image.target,
    platform: image.platforms === undefined ? undefined : step.platform,
    args: inputs.dockerfile.args,
    labels: toImageLabels(context.ci, image.labels),
    tag: inputs.imageRef,
    noCache: context.isFresh,
    listener: {
      onVertex: (vertex) => context.emit({ type: 'build.vertex', step: step.id, ...vertex }),
      onOutput: ({ source, text }) =>
        context.emit({ type: 'step.output', step: step.id, source, text }),
    },
    signal: context.signal,
    clock: context.clock,
  };
}

function platformOf(step: PlannedStep): Platform {
  const platform = parsePlatform(step.platform);
  if (platform !== undefined) return platform;
  throw new PipelineError('STEP_UNKNOWN', `${step.id} is for no platform: ${step.platform}`);
}
