import { join } from 'node:path';
import { openFileDigests } from '../build/file-digests.ts';
import { connectEngine } from '../engine/connect.ts';
import type { Engine } from '../engine/contract.ts';
import { sweep } from '../engine/leftovers.ts';
import { createRunnablePlatforms } from '../engine/runnable-platforms.ts';
import { openScope } from '../engine/scope.ts';
import type { StatementSigner } from '../evidence/signer.ts';
import { wantsSigner } from '../evidence/signer-environment.ts';
import { openEventLog, type EventLog } from '../history/event-log.ts';
import { openHistory } from '../history/results.ts';
import { createRunId } from '../history/run-id.ts';
import { createRunRecorder } from '../history/run-recorder.ts';
import { pruneRuns } from '../history/runs.ts';
import { messageOf, type ExitCode } from '../kernel/errors.ts';
import { isSamePlatform, renderPlatform } from '../kernel/platform.ts';
import type { PlannedStep } from '../kernel/run-events.ts';
import { builtImageOf } from '../pipeline/built-images.ts';
import { platformsOf } from '../pipeline/platforms.ts';
import type { Project } from '../pipeline/project.ts';
import type { RunContext } from '../pipeline/run-context.ts';
import { runPlan, type RunEnd } from '../pipeline/run.ts';
import { planSteps, type Goal } from '../pipeline/steps.ts';
import { openReports, type ReportRequest } from '../report/open-reports.ts';
import { createRedactor } from '../report/redaction.ts';
import { rememberImages } from '../suites/spec/last-images.ts';
import type { AppHost } from './app-host.ts';
import { concurrencyOf } from './concurrency.ts';
import { openProject, type OpenProject } from './open-project.ts';
import { prepareStateFolder } from './state-folder.ts';

export interface RunRequest {
  /** As typed: `ci`, `deploy`. */
  readonly command: string;
  readonly goal: Goal;
  /** Kinds of steps that may do work. */
  readonly mayWork: ReadonlySet<PlannedStep['kind']>;
  readonly images: readonly string[];
  readonly configFile?: string | undefined;
  readonly registry?: string | undefined;
  readonly isFresh: boolean;
  /** Tags may move back to older commits. */
  readonly mayGoBack: boolean;
  readonly reports: (opened: OpenProject) => readonly ReportRequest[];
}

/**
 * One run of a project, from the configuration to the last report. Everything it made on the engine is
 * removed when this resolves.
 */
export async function runProject(host: AppHost, request: RunRequest): Promise<ExitCode> {
  const [opened, engine, signer] = await openTogether(host, request);
  const { project, ci } = opened;
  const stateFolder = await prepareStateFolder(project.folder);
  const runId = createRunId(host.clock);
  const failure = new AbortController();
  const signal = AbortSignal.any([host.signal, failure.signal]);
  const redactor = createRedactor(signer?.secrets);
  const log = openEventLog({
    folder: join(stateFolder, 'runs', runId),
    clock: host.clock,
    filter: (event) => redactor.redact(event),
    onFailure: (error) => failure.abort(error),
  });
  const notice = (message: string): void => log.emit({ type: 'notice', message });

  const reports = await openReports(request.reports(opened), {
    out: host.stdout,
    env: host.env,
    clock: host.clock,
  });
  log.listeners.add((event) => reports.onEvent(event));
  const startedMs = host.clock.monotonicMs();
  await using history = await openHistory({
    folder: stateFolder,
    clock: host.clock,
    onNotice: notice,
  });
  const recorder = createRunRecorder(history);
  log.listeners.add((event) => recorder.onEvent(event));
  // After the last listener is there: what misses the start of a run records nothing of it.
  log.emit({
    type: 'run.started',
    runId,
    command: request.command,
    version: host.version,
    project: project.name,
    pid: process.pid,
    engine: `${engine.info.product} ${engine.info.version} at ${engine.endpoint.url}`,
    provider: ci.provider,
    commit: ci.commit,
  });

  const swept = sweepQuietly(engine, notice);
  const fileDigests = await openFileDigests({
    file: join(stateFolder, 'cache', 'files.json'),
    projectFolder: project.folder,
  });
  const scope = await openScope({ engine, runId, env: host.env });
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
    signal,
    emit: log.emit,
    signer,
    isFresh: request.isFresh,
    mayGoBack: request.mayGoBack,
    mayWork: request.mayWork,
    concurrency: concurrencyOf(engine),
  };
  const enginePlatform = renderPlatform(engine.info.platform);
  const steps = planSteps(project, {
    goal: request.goal,
    images: request.images.length === 0 ? undefined : request.images,
    enginePlatform,
  });

  const end = await runToTheEnd({ context, steps, notice });
  await Promise.all([swept, fileDigests.save(), rememberBuilt(project, end, enginePlatform)]);
  log.emit({
    type: 'run.finished',
    outcome: end.outcome,
    exitCode: end.exitCode,
    durationMs: Math.round(host.clock.monotonicMs() - startedMs),
  });
  await recorder.save();
  await finish({ log, reports, stateFolder, host });
  if (end.bug !== undefined) throw end.bug;
  return end.exitCode;
}

/** They do not depend on each other; a wrong configuration is the better news. */
async function openTogether(
  host: AppHost,
  request: RunRequest,
): Promise<readonly [OpenProject, Engine, StatementSigner | undefined]> {
  const engine = connectEngine({ env: host.env });
  const signer = openSigner(host, request);
  for (const opening of [engine, signer]) opening.catch(() => undefined);
  const opened = await openProject(host, request);
  return [opened, await engine, await signer];
}

/** A key that cannot sign is found out before anything is built. Whoever has none does not load what signs. */
async function openSigner(
  { env, cwd }: AppHost,
  { goal }: RunRequest,
): Promise<StatementSigner | undefined> {
  if (goal !== 'ship' || !wantsSigner(env)) return undefined;
  const { loadSigner } = await import('../evidence/load-signer.ts');
  return await loadSigner(env, cwd);
}

/** So that spec files can be run by Vitest alone, from an editor, against what was built last. */
async function rememberBuilt(project: Project, end: RunEnd, enginePlatform: string): Promise<void> {
  const built = project.images.flatMap((image) => {
    const { name, profile, suites } = image;
    const platforms = platformsOf(image, enginePlatform);
    // Of several, the one that this engine runs best.
    const own = platforms.find((each) => isSamePlatform(each, enginePlatform)) ?? platforms[0];
    const found = own === undefined ? undefined : builtImageOf(image, own, end.results);
    if (found === undefined) return [];
    const { imageRef: ref, imageId: id } = found;
    return [{ name, ref, id, profile, spec: suites.spec?.files }];
  });
  if (built.length > 0) await rememberImages(project.folder, built);
}

/** The scope is closed whatever happens; what it cannot remove is said, and the next command tries again. */
async function runToTheEnd(run: {
  readonly context: RunContext;
  readonly steps: readonly PlannedStep[];
  readonly notice: (message: string) => void;
}): Promise<RunEnd> {
  try {
    return await runPlan(run.steps, run.context);
  } finally {
    try {
      await run.context.scope[Symbol.asyncDispose]();
    } catch (error) {
      run.notice(`not everything could be removed: ${messageOf(error)}`);
    }
  }
}

/** Leftovers of runs that were killed: they go now, and never hinder this run. */
async function sweepQuietly(engine: Engine, notice: (message: string) => void): Promise<void> {
  try {
    const { found, kept } = await sweep(engine);
    if (found.length > kept.length)
      notice(`removed ${found.length - kept.length} leftovers of a run that was killed`);
    for (const { leftover, cause } of kept)
      notice(`could not remove ${leftover.kind} ${leftover.name}: ${messageOf(cause)}`);
  } catch (error) {
    notice(`could not look for leftovers of earlier runs: ${messageOf(error)}`);
  }
}

async function finish(run: {
  readonly log: EventLog;
  readonly reports: { close(): Promise<void> };
  readonly stateFolder: string;
  readonly host: AppHost;
}): Promise<void> {
  await run.log[Symbol.asyncDispose]();
  await run.reports.close();
  await pruneRuns({ folder: run.stateFolder, clock: run.host.clock });
}
