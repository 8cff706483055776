import { glob, lstat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { everything, scanContext } from '../build/context.ts';
import { digestContext } from '../build/context-digest.ts';
import type { FileDigests } from '../build/file-digests.ts';
import { asOwnGroup } from '../engine/own-group.ts';
import { withFileLock } from '../host/file-lock.ts';
import { readTextIfThere, writeFileAtomically } from '../host/files.ts';
import { runProcess } from '../host/process.ts';
import { compareInputs, contentKey, type ContentKey } from '../kernel/content-key.ts';
import { digestOf, hexOf } from '../kernel/digest.ts';
import { systemCodeOf } from '../kernel/errors.ts';
import type { PlannedStep } from '../kernel/run-events.ts';
import { openLabellingEngine } from '../sandbox/labelling-engine.ts';
import { PipelineError } from './errors.ts';
import { limitOutput } from './output-limit.ts';
import { nameOn } from './platforms.ts';
import { imageOf } from './project-image.ts';
import type { RunContext } from './run-context.ts';

/** What a hook needs to know of the images that its image builds on: name to local reference. */
export type ParentRefs = Readonly<Record<string, string>>;

export interface HookAssessment {
  /** Whether what it makes is there, made from the same inputs. */
  readonly isDone: boolean;
  readonly why: string;
  readonly key: ContentKey;
}

/** What a hook made last time, and from what. */
const recordSchema = z.object({
  key: z.string(),
  inputs: z.record(z.string(), z.string()),
  created: z.record(z.string(), z.string()),
});

const OUTPUT_SHOWN_LINES = 20;

/** Decides whether the hook has to run. Absent when the image has none. */
export async function assessHook(
  step: PlannedStep,
  context: RunContext,
  parents: ParentRefs,
): Promise<HookAssessment | undefined> {
  const image = imageOf(step, context.project);
  const settings = image.hooks.pre_build;
  if (settings === undefined) return undefined;
  const inputs = await printsOf(context.project.folder, settings.inputs, context.fileDigests);
  const key = contentKey('hook', {
    run: settings.run,
    ...prefixed('input', inputs),
    ...prefixed('parent', parents),
  });
  const todo = (why: string): HookAssessment => ({ isDone: false, why, key });
  if (settings.creates.length === 0) return todo('hook pre_build declares nothing that it creates');
  if (context.isFresh) return todo('earlier results are ignored');
  const record = await readRecord(recordPath(step, context));
  if (record === undefined) return todo('hook pre_build: first time');
  if (record.key !== key.digest) {
    const [first] = compareInputs(record.inputs, key.inputs);
    return todo(
      `hook pre_build: ${first === undefined ? 'changed' : `${first.input} ${first.change}`}`,
    );
  }
  const created = await printsOf(context.project.folder, settings.creates, context.fileDigests);
  const [changed] = compareInputs(record.created, created);
  if (changed !== undefined) return todo(`hook pre_build: ${changed.input} was ${changed.change}`);
  return { isDone: true, why: 'hook pre_build: same inputs', key };
}

/**
 * Runs the hook and keeps what it made. Two runs in one folder take turns, and the second finds it done.
 * @throws {PipelineError} HOOK_FAILED, HOOK_CREATED_NOTHING
 */
export async function performHook(
  step: PlannedStep,
  context: RunContext,
  parents: ParentRefs,
): Promise<void> {
  const lock = join(
    context.stateFolder,
    'locks',
    `hook-${hexOf(digestOf(step.image)).slice(0, 16)}`,
  );
  await withFileLock(
    lock,
    {
      signal: context.signal,
      onWait: (holder) =>
        context.emit({
          type: 'notice',
          step: step.id,
          message: `waiting for ${holder}, which runs the same hook`,
        }),
    },
    async () => {
      // The one we waited for may have done it.
      const assessment = await assessHook(step, context, parents);
      if (assessment === undefined || assessment.isDone) return;
      await runHook(step, context, parents);
      await writeRecord(step, context, assessment.key);
    },
  );
}

async function runHook(step: PlannedStep, context: RunContext, parents: ParentRefs): Promise<void> {
  const image = imageOf(step, context.project);
  const settings = image.hooks.pre_build;
  if (settings === undefined) return;
  const folder = await context.scope.temporaryFolder('hook');
  const engine = await openLabellingEngine({
    endpoint: context.engine.endpoint,
    labels: context.scope.labels,
    folder,
  });
  const printed = limitOutput((source, text) =>
    context.emit({ type: 'step.output', step: step.id, source, text }),
  );
  try {
    const result = await asOwnGroup(context.scope, (onStart) =>
      runProcess('sh', ['-c', settings.run], {
        cwd: context.project.folder,
        env: {
          ...context.env,
          ...parentVariables(parents),
          ...engine.env,
          TMPDIR: folder,
        },
        signal: context.signal,
        onStart,
        onOutput: (text) => printed.write(settings.run, text),
      }),
    );
    if (result.exitCode !== 0) {
      context.signal.throwIfAborted();
      throw new PipelineError(
        'HOOK_FAILED',
        `hooks.pre_build of ${image.name} ended with exit code ${result.exitCode}: ${settings.run}\n${lastLines(result.output)}`,
      );
    }
  } finally {
    printed.end();
    await engine.close();
  }
}

async function writeRecord(step: PlannedStep, context: RunContext, key: ContentKey): Promise<void> {
  const image = imageOf(step, context.project);
  const creates = image.hooks.pre_build?.creates ?? [];
  const created = await printsOf(context.project.folder, creates, context.fileDigests);
  const missing = creates.find((path) => created[path] === undefined);
  if (missing !== undefined)
    throw new PipelineError(
      'HOOK_CREATED_NOTHING',
      `hooks.pre_build of ${image.name} says that it creates ${missing}, and did not`,
    );
  await writeFileAtomically(
    recordPath(step, context),
    JSON.stringify({ key: key.digest, inputs: key.inputs, created }),
  );
}

/** Content digest of each path or glob that is there, by its name in the configuration or, for a glob, its own. */
async function printsOf(
  folder: string,
  patterns: readonly string[],
  fileDigests: FileDigests,
): Promise<Readonly<Record<string, string>>> {
  const prints: Record<string, string> = {};
  for (const pattern of patterns) {
    for await (const path of pathsOf(folder, pattern)) {
      const print = await printOf(join(folder, path), fileDigests);
      if (print !== undefined) prints[path] = print;
    }
  }
  return prints;
}

const GLOB_CHARACTERS = /[*?[\]{}!()]/u;

/** Most patterns are paths, and the matcher of globs takes longer to load than a file to stat. */
async function* pathsOf(folder: string, pattern: string): AsyncGenerator<string> {
  if (GLOB_CHARACTERS.test(pattern)) yield* glob(pattern, { cwd: folder });
  else yield await Promise.resolve(pattern);
}

async function printOf(path: string, fileDigests: FileDigests): Promise<string | undefined> {
  try {
    const name = basename(path);
    const isFolder = (await lstat(path)).isDirectory();
    const snapshot = isFolder
      ? await scanContext(path, everything)
      : await scanContext(dirname(path), {
          includes: (entry) => entry === name,
          excludesWhole: () => true,
        });
    return (await digestContext(snapshot, fileDigests)).digest;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function readRecord(path: string): Promise<z.infer<typeof recordSchema> | undefined> {
  const text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  try {
    return recordSchema.safeParse(JSON.parse(text)).data;
  } catch (error) {
    // Damaged is as good as absent: the hook runs again.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A hook that is told of no parents makes the same for every platform, and is not run again for the next one. */
function recordPath(step: PlannedStep, context: RunContext): string {
  const image = imageOf(step, context.project);
  const name = image.parents.length === 0 ? image.name : nameOn(image, step.platform);
  return join(context.stateFolder, 'cache', 'hooks', `${name}.json`);
}

/** `IMAGE_DYNAMODB` for the image `dynamodb`. */
function parentVariables(parents: ParentRefs): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(parents).map(([name, ref]) => [
      `IMAGE_${name.toUpperCase().replaceAll(/[^A-Z0-9]/gu, '_')}`,
      ref,
    ]),
  );
}

function prefixed(
  kind: string,
  values: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${kind}:${name}`, value]),
  );
}

function lastLines(output: string): string {
  return output.trimEnd().split('\n').slice(-OUTPUT_SHOWN_LINES).join('\n');
}
