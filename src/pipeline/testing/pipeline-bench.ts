import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { openFileDigests } from '../../build/file-digests.ts';
import { connectEngine } from '../../engine/connect.ts';
import { createRunnablePlatforms } from '../../engine/runnable-platforms.ts';
import { openScope } from '../../engine/scope.ts';
import { openHistory } from '../../history/results.ts';
import { systemClock } from '../../host/clock.ts';
import { processEnvironment, type Environment } from '../../host/environment.ts';
import { renderPlatform } from '../../kernel/platform.ts';
import type { RunEventBody } from '../../kernel/run-events.ts';
import { loadProject } from '../project-load.ts';
import type { RunContext } from '../run-context.ts';
import { runPlan, type RunEnd } from '../run.ts';
import { planSteps, type Goal } from '../steps.ts';

const BUSYBOX = '/bin/busybox';

/** A project in a folder of its own, to be run on a real engine without the command line. */
export interface PipelineBench extends AsyncDisposable {
  readonly folder: string;
  write(path: string, text: string): Promise<void>;
  /** One run, with its events. */
  run(goal: Goal, changes?: Partial<RunContext>): Promise<BenchRun>;
  /** A context of the project as it is now. */
  context(changes?: Partial<RunContext>): Promise<RunContext>;
}

export interface BenchRun extends RunEnd {
  readonly events: readonly RunEventBody[];
}

export async function openPipelineBench(
  files: Readonly<Record<string, string>>,
  more: Environment = {},
): Promise<PipelineBench> {
  const folder = await mkdtemp(join(tmpdir(), 'seatrial-test-pipeline-'));
  const env = { ...processEnvironment(), ...more };
  const engine = await connectEngine({ env });
  const stateFolder = join(folder, '.seatrial');
  const history = await openHistory({
    folder: stateFolder,
    clock: systemClock,
    onNotice: () => undefined,
  });
  const scopes: AsyncDisposable[] = [];
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { mode: path.endsWith('.sh') ? 0o755 : 0o644 });
  };
  for (const [path, text] of Object.entries(files)) await write(path, text);
  await copyFile(BUSYBOX, join(folder, 'busybox'));

  const context = async (changes: Partial<RunContext> = {}): Promise<RunContext> => {
    const runId = `${basename(folder)}-${String(scopes.length)}`;
    const scope = await openScope({ engine, runId, env });
    scopes.push(scope);
    return {
      runId,
      version: '0.0.0',
      project: await loadProject({
        folder,
        env,
        git: {},
        checkIds: ['starts', 'upgrade', 'reproducible'],
      }),
      stateFolder,
      ci: { provider: 'local', isFork: false },
      engine,
      scope,
      runnable: createRunnablePlatforms(scope),
      history,
      fileDigests: await openFileDigests({
        file: join(stateFolder, 'files.json'),
        projectFolder: folder,
      }),
      clock: systemClock,
      env,
      signal: new AbortController().signal,
      emit: () => undefined,
      isFresh: false,
      mayGoBack: false,
      mayWork: new Set(['build', 'test', 'ship']),
      concurrency: 2,
      ...changes,
    };
  };

  return {
    folder,
    write,
    context,
    run: async (goal, changes) => {
      const events: RunEventBody[] = [];
      const made = await context({ emit: (event) => void events.push(event), ...changes });
      const steps = planSteps(made.project, {
        goal,
        enginePlatform: renderPlatform(engine.info.platform),
      });
      return { ...(await runPlan(steps, made)), events };
    },
    [Symbol.asyncDispose]: async () => {
      for (const scope of scopes) await scope[Symbol.asyncDispose]();
      const prefix = `localhost/seatrial/${basename(folder).toLowerCase()}`;
      for (const { tags } of await engine.images.list([]))
        for (const tag of tags) if (tag.startsWith(prefix)) await engine.images.remove(tag);
      await history[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A name that no other test's image has, and that the bench removes the images of. */
export function uniqueImage(bench: Pick<PipelineBench, 'folder'>): string {
  return basename(bench.folder).toLowerCase();
}
