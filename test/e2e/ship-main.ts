import { join } from 'node:path';
import { openFileDigests } from '../../src/build/file-digests.ts';
import { connectEngine } from '../../src/engine/connect.ts';
import { createRunnablePlatforms } from '../../src/engine/runnable-platforms.ts';
import { openScope } from '../../src/engine/scope.ts';
import { loadSigner } from '../../src/evidence/load-signer.ts';
import { openEventLog } from '../../src/history/event-log.ts';
import { openHistory } from '../../src/history/results.ts';
import { createRunId } from '../../src/history/run-id.ts';
import { systemClock as clock } from '../../src/host/clock.ts';
import { processEnvironment } from '../../src/host/environment.ts';
import { renderPlatform } from '../../src/kernel/platform.ts';
import { loadProject } from '../../src/pipeline/project-load.ts';
import { runPlan } from '../../src/pipeline/run.ts';
import { planSteps } from '../../src/pipeline/steps.ts';

/**
 * A run of the project in this folder that may ship what is built and tested, and nothing else: the plan, the steps and
 * the journal of the command, without what is around them, which takes half of its time.
 */
const env = processEnvironment();
const folder = process.cwd();
const stateFolder = join(folder, '.seatrial');
const runId = createRunId(clock);
const [engine, project, signer, history, fileDigests] = await Promise.all([
  connectEngine({ env }),
  loadProject({ folder, env, git: {}, checkIds: ['starts'] }),
  loadSigner(env, folder),
  openHistory({ folder: stateFolder, clock, onNotice: () => undefined }),
  openFileDigests({ file: join(stateFolder, 'cache', 'files.json'), projectFolder: folder }),
]);
const log = openEventLog({ folder: join(stateFolder, 'runs', runId), clock });
const scope = await openScope({ engine, runId, env });
const steps = planSteps(project, {
  goal: 'ship',
  enginePlatform: renderPlatform(engine.info.platform),
});
const end = await runPlan(steps, {
  runId,
  version: '0.0.0',
  project,
  stateFolder,
  ci: { provider: 'local', isFork: false },
  engine,
  scope,
  runnable: createRunnablePlatforms(scope),
  history,
  fileDigests,
  clock,
  env,
  signal: new AbortController().signal,
  emit: log.emit,
  signer,
  isFresh: false,
  mayGoBack: false,
  mayWork: new Set(['ship']),
  concurrency: 2,
});
await scope[Symbol.asyncDispose]();
await history.close();
await log.close();
process.exitCode = end.exitCode;
