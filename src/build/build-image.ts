import type { Readable } from 'node:stream';
import type { EngineImages } from '../engine/contract.ts';
import { systemClock, type Clock } from '../host/clock.ts';
import { isDigest, type Digest } from '../kernel/digest.ts';
import { AppError, messageOf } from '../kernel/errors.ts';
import {
  createBuildProgress,
  type BuildListener,
  type BuildProgress,
  type StepCount,
} from './build-progress.ts';
import { packContext } from './context-tar.ts';
import type { ContextSnapshot } from './context.ts';
import { placeDockerfile } from './dockerfile-place.ts';
import type { DockerfileSource } from './dockerfile-source.ts';
import { BuildError } from './errors.ts';
import { explainFailure } from './explain-failure.ts';
import { redactor } from './secret-args.ts';
import { readBuildMessages } from './trace.ts';

export interface BuildRequest {
  /** Any `Engine`. */
  readonly engine: { readonly images: Pick<EngineImages, 'build' | 'inspect'> };
  readonly context: ContextSnapshot;
  /** From `digestContext`: makes sure that what is built is what the content key names. */
  readonly fileDigests?: ReadonlyMap<string, Digest> | undefined;
  readonly dockerfile: DockerfileSource;
  /** @default the last stage */
  readonly target?: string | undefined;
  /** @default the engine's own */
  readonly platform?: string | undefined;
  /** Values of secret-looking names are kept out of all events and messages. */
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** `localhost/seatrial/<image>:<key>`: names the image for children and for people. */
  readonly tag: string;
  /** @default false */
  readonly noCache?: boolean | undefined;
  readonly listener: BuildListener;
  /** Ends the build on the engine, with what it runs there. */
  readonly signal: AbortSignal;
  /** @default the system's */
  readonly clock?: Pick<Clock, 'monotonicMs'> | undefined;
}

export interface BuiltImage {
  /** Read back from the engine. */
  readonly imageId: Digest;
  readonly steps: StepCount;
  readonly durationMs: number;
}

/**
 * Builds one image with the engine's BuildKit.
 * @throws {BuildError} a code for each way in which it can fail; see `errors.ts`.
 * @throws {EngineError} when the engine does not even begin.
 */
export async function buildImage(request: BuildRequest): Promise<BuiltImage> {
  const clock = request.clock ?? systemClock;
  const startedMs = clock.monotonicMs();
  const upload = startUpload(request);
  const progress = createBuildProgress(request.listener, redactor(request.args));
  try {
    upload.signal.throwIfAborted();
    const answer = await startBuild(request, upload);
    const imageId = await followBuild(request, answer, progress);
    await assertThere(request, imageId);
    return { imageId, steps: progress.count(), durationMs: clock.monotonicMs() - startedMs };
  } catch (error) {
    throw explainThrown(error, { request, upload });
  } finally {
    progress.finish();
    upload.end();
  }
}

interface Upload {
  readonly tar: Readable;
  readonly dockerfileName: string;
  /** Aborts with the request's signal, and when the tar fails. */
  readonly signal: AbortSignal;
  /** What the tar failed with. */
  failure(): Error | undefined;
  end(): void;
}

/**
 * A client that pipes a stream into a request does not notice when the stream fails, and the engine waits
 * for the rest of the tar: so a failed tar aborts the request.
 */
function startUpload(request: BuildRequest): Upload {
  const dockerfile = placeDockerfile(request.context, request.dockerfile);
  const { context, fileDigests } = request;
  const tar = packContext({ context, dockerfile, fileDigests });
  const controller = new AbortController();
  let failure: Error | undefined;
  tar.on('error', (error) => {
    failure ??= error;
    controller.abort(error);
  });
  return {
    tar,
    dockerfileName: dockerfile.name,
    signal: AbortSignal.any([request.signal, controller.signal]),
    failure: () => failure,
    end: () => tar.destroy(),
  };
}

async function startBuild(request: BuildRequest, upload: Upload): Promise<Readable> {
  return await request.engine.images.build(
    upload.tar,
    {
      dockerfile: upload.dockerfileName,
      tag: request.tag,
      args: request.args,
      labels: request.labels,
      target: request.target,
      platform: request.platform,
      noCache: request.noCache,
    },
    upload.signal,
  );
}

const SAID_ANYWAY = /^Successfully (?:built|tagged) /u;

/** Reads the answer to its end. */
async function followBuild(
  request: BuildRequest,
  answer: Readable,
  progress: BuildProgress,
): Promise<Digest> {
  let imageId: string | undefined;
  let failure: string | undefined;
  const redact = redactor(request.args);
  for await (const message of readBuildMessages(answer)) {
    if (message.type === 'trace') progress.take(message);
    if (message.type === 'image') imageId = message.id;
    if (message.type === 'failed') failure ??= redact(message.message);
    if (message.type === 'text' && !SAID_ANYWAY.test(message.text))
      request.listener.onOutput({ source: 'engine', text: redact(message.text) });
  }
  if (failure !== undefined) {
    progress.finish();
    throw refusal(request, progress, failure);
  }
  if (imageId !== undefined && isDigest(imageId)) return imageId;
  throw new BuildError(
    'BUILD_NO_IMAGE',
    imageId === undefined
      ? `The engine ended the build of ${request.tag} without an image`
      : `The engine named ${JSON.stringify(imageId)} as the image of ${request.tag}`,
  );
}

function refusal(request: BuildRequest, progress: BuildProgress, message: string): BuildError {
  const { dockerfile, context } = request;
  const vertex = progress.failed(message);
  if (/context canceled/u.test(message) && vertex === undefined) {
    return new BuildError('BUILD_INTERRUPTED', `The engine gave the build up: ${message}`);
  }
  return explainFailure({ message, vertex, dockerfile, context });
}

/** The engine may have removed it at once, or have told an id of something else. */
async function assertThere({ engine, tag }: BuildRequest, imageId: Digest): Promise<void> {
  if ((await engine.images.inspect(imageId)) !== undefined) return;
  throw new BuildError(
    'BUILD_NO_IMAGE',
    `The engine built ${imageId} for ${tag}, but has it no more`,
  );
}

/** Why the build ended: the caller's wish first, then our own upload, then what the engine did. */
function explainThrown(
  thrown: unknown,
  { request, upload }: { readonly request: BuildRequest; readonly upload: Upload },
): Error {
  if (request.signal.aborted) {
    return new BuildError('BUILD_CANCELLED', `The build of ${request.tag} was cancelled`, {
      cause: request.signal.reason,
    });
  }
  const failure = upload.failure();
  if (failure instanceof BuildError) return failure;
  if (thrown instanceof AppError) return thrown;
  return new BuildError('BUILD_INTERRUPTED', `The build broke off: ${messageOf(thrown)}`, {
    cause: thrown,
  });
}
