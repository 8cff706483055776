import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { connectEngine } from '../../engine/connect.ts';
import type { Engine } from '../../engine/contract.ts';
import { buildScratchImage } from '../../engine/testing/scratch-image.ts';
import { processEnvironment } from '../../host/environment.ts';
import { buildImage, type BuildRequest, type BuiltImage } from '../build-image.ts';
import type { VertexEvent } from '../build-progress.ts';
import { everything, scanContext, type ContextFilter } from '../context.ts';
import { loadDockerfile } from '../dockerfile-source.ts';
import { BuildError } from '../errors.ts';
import { contextFolder, type TestFile } from './context-folder.ts';

/** A build that succeeded, and all that was told meanwhile. */
export interface TestBuild {
  readonly built: BuiltImage;
  readonly vertices: readonly VertexEvent[];
  readonly output: string;
}

export type BuildChanges = Partial<
  Omit<BuildRequest, 'engine' | 'context' | 'listener' | 'tag'>
> & {
  readonly filter?: ContextFilter;
  readonly onText?: (text: string) => void;
};

/** Builds on the real engine; disposing removes every image that was made. */
export interface EngineBuilds extends AsyncDisposable {
  readonly engine: Engine;
  /** Different for each, so that no build meets the cache of another. */
  readonly id: string;
  /** A local image with busybox, for FROM. */
  readonly base: string;
  /** A tag that is removed at the end. */
  newTag(): string;
  build(files: Readonly<Record<string, TestFile>>, changes?: BuildChanges): Promise<TestBuild>;
  buildFolder(path: string, changes?: BuildChanges): Promise<TestBuild>;
  /** What a build fails with. @throws {Error} when it succeeds. */
  failure(files: Readonly<Record<string, TestFile>>, changes?: BuildChanges): Promise<BuildError>;
}

export async function openEngineBuilds(): Promise<EngineBuilds> {
  const engine = await connectEngine({ env: processEnvironment() });
  const id = randomBytes(8).toString('hex');
  const base = await buildScratchImage(engine, { name: `localhost/seatrial/d-base:${id}` });
  const tags: string[] = [];
  const newTag = (): string => {
    const tag = `localhost/seatrial/d-made-${String(tags.length)}:${id}`;
    tags.push(tag);
    return tag;
  };
  const buildFolder = (path: string, changes: BuildChanges = {}): Promise<TestBuild> =>
    buildOne({ engine, tag: newTag(), path }, changes);
  const build = async (
    files: Readonly<Record<string, TestFile>>,
    changes: BuildChanges = {},
  ): Promise<TestBuild> => {
    await using folder = await contextFolder(files);
    return await buildFolder(folder.path, changes);
  };
  return {
    engine,
    id,
    base: base.ref,
    newTag,
    build,
    buildFolder,
    failure: (files, changes = {}) => failureOf(build(files, changes)),
    [Symbol.asyncDispose]: async () => {
      for (const tag of tags) await engine.images.remove(tag);
      await base[Symbol.asyncDispose]();
    },
  };
}

async function buildOne(
  to: { readonly engine: Engine; readonly tag: string; readonly path: string },
  { filter = everything, onText, ...changes }: BuildChanges,
): Promise<TestBuild> {
  const vertices: VertexEvent[] = [];
  let output = '';
  const built = await buildImage({
    engine: to.engine,
    context: await scanContext(to.path, filter),
    dockerfile:
      changes.dockerfile ?? (await loadDockerfile(join(to.path, 'Dockerfile'), 'Dockerfile')),
    args: {},
    labels: {},
    tag: to.tag,
    signal: AbortSignal.timeout(100_000),
    listener: {
      onVertex: (event) => void vertices.push(event),
      onOutput: ({ text }) => {
        output += text;
        onText?.(text);
      },
    },
    ...changes,
  });
  return { built, vertices, output };
}

/** @throws {Error} when the promise is kept, and whatever is no `BuildError`. */
export async function failureOf(promise: Promise<unknown>): Promise<BuildError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BuildError) return error;
    throw error;
  }
  throw new Error('The build succeeded, although it should fail');
}
