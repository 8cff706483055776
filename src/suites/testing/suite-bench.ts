import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runSchema, type ImageProfile } from '../../config/schema.ts';
import { connectEngine } from '../../engine/connect.ts';
import { openScope, type OpenScope } from '../../engine/scope.ts';
import { buildScratchImage, type ScratchImageOptions } from '../../engine/testing/scratch-image.ts';
import { processEnvironment, type Environment } from '../../host/environment.ts';
import type { Case } from '../../kernel/verdict.ts';
import { containerEnv } from '../container-env.ts';
import type { SuiteContext } from '../contract.ts';
import { suiteEnvironment } from '../environment.ts';

export interface SuiteBenchOptions {
  readonly image?: ScratchImageOptions | undefined;
  readonly profile?: Partial<ImageProfile> | undefined;
  /** Besides the environment of the tests. */
  readonly env?: Environment | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Parent of the project folder. @default the system's temporary folder */
  readonly parent?: string | undefined;
}

/** A project folder, an image on the real engine and a scope: all that a suite needs to run in a test. */
export interface SuiteBench extends AsyncDisposable {
  readonly context: SuiteContext;
  readonly scope: OpenScope;
  /** Ids of cases in the order they were begun and ended, `started x` and `finished x`. */
  readonly progress: readonly string[];
  readonly finished: readonly Case[];
  /** Everything that was reported as output. */
  output(): string;
  /** Writes a file of the project; executable when it begins with `#!`. */
  write(path: string, contents: string): Promise<void>;
}

export async function openSuiteBench(options: SuiteBenchOptions = {}): Promise<SuiteBench> {
  const engine = await connectEngine({ env: processEnvironment() });
  const projectFolder = await mkdtemp(join(options.parent ?? tmpdir(), 'suite-'));
  const image = await buildScratchImage(engine, options.image);
  const scope = await openScope({ engine, runId: `suite-${randomBytes(6).toString('hex')}` });
  const progress: string[] = [];
  const finished: Case[] = [];
  let output = '';
  const profile: ImageProfile = { run: runSchema.parse({}), ...options.profile };
  const context: SuiteContext = {
    projectFolder,
    env: suiteEnvironment({ ...processEnvironment(), ...options.env }),
    containerEnv: containerEnv(image.record, { profile }),
    source: {
      contextFolder: projectFolder,
      dockerfilePath: join(projectFolder, 'Dockerfile'),
      args: {},
      isMeantBy: (reference) => reference.split(':')[0] === 'team/under-test',
    },
    image: {
      name: 'under-test',
      ref: image.ref,
      record: image.record,
      profile,
    },
    scope,
    signal: options.signal ?? new AbortController().signal,
    concurrency: 2,
    report: {
      caseStarted: (id) => progress.push(`started ${id}`),
      caseFinished: (each) => {
        progress.push(`finished ${each.id}`);
        finished.push(each);
      },
      output: (_source, text) => {
        output += text;
      },
      classified: () => undefined,
    },
  };
  return {
    context,
    scope,
    progress,
    finished,
    output: () => output,
    write: async (path, contents) => {
      const whole = join(projectFolder, path);
      await mkdir(dirname(whole), { recursive: true });
      await writeFile(whole, contents);
      if (contents.startsWith('#!')) await chmod(whole, 0o755);
    },
    [Symbol.asyncDispose]: async () => {
      await scope.close();
      await image[Symbol.asyncDispose]();
      await rm(projectFolder, { recursive: true, force: true });
    },
  };
}
