import { join } from 'node:path';
import { openFileDigests } from '../build/file-digests.ts';
import { connectEngine } from '../engine/connect.ts';
import { createRunnablePlatforms } from '../engine/runnable-platforms.ts';
import { openScope } from '../engine/scope.ts';
import { openHistory } from '../history/results.ts';
import { createRunId } from '../history/run-id.ts';
import { renderPlatform } from '../kernel/platform.ts';
import { assessPlan, type AssessedStep } from '../pipeline/assess-plan.ts';
import type { RunContext } from '../pipeline/run-context.ts';
import { planSteps, type Goal } from '../pipeline/steps.ts';
import type { AppHost } from './app-host.ts';
import { openProject } from './open-project.ts';
import { prepareStateFolder } from './state-folder.ts';

export interface PlanRequest {
  readonly goal: Goal;
  readonly images: readonly string[];
  readonly configFile?: string | undefined;
}

/** What a run would do and why, without doing it: nothing on the engine or in a registry changes. */
export async function planProject(
  host: AppHost,
  request: PlanRequest,
): Promise<readonly AssessedStep[]> {
  const { project, ci } = await openProject(host, request);
  const engine = await connectEngine({ env: host.env });
  const stateFolder = await prepareStateFolder(project.folder);
  await using history = await openHistory({
    folder: stateFolder,
    clock: host.clock,
    onNotice: () => undefined,
  });
  const fileDigests = await openFileDigests({
    file: join(stateFolder, 'cache', 'files.json'),
    projectFolder: project.folder,
  });
  const runId = createRunId(host.clock);
  // Opened for its type: a plan makes nothing, so nothing has to be removed.
  await using scope = await openScope({ engine, runId, env: host.env });
  const context: RunContext = {
    runId,
    version: host.version,
    project,
    stateFolder,
    ci,
    engine,
    scope,
    runnable: createRunnablePlatforms(scope),
    history,
    fileDigests,
    clock: host.clock,
    env: host.env,
    signal: host.signal,
    emit: () => undefined,
    isFresh: false,
    mayGoBack: false,
    mayWork: new Set(),
    concurrency: 1,
  };
  const steps = planSteps(project, {
    goal: request.goal,
    images: request.images.length === 0 ? undefined : request.images,
    enginePlatform: renderPlatform(engine.info.platform),
  });
  const assessed = await assessPlan(steps, context);
  await fileDigests.save();
  return assessed;
}
