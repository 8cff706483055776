import type { CheckGroup } from '../config/check-groups.ts';
import { runSchema } from '../config/schema.ts';
import { behaviourSuiteSchema } from '../config/suite-schema.ts';
import { didYouMean } from '../config/suggestion.ts';
import { connectEngine } from '../engine/connect.ts';
import type { Engine, ImageRecord } from '../engine/contract.ts';
import { sweep } from '../engine/leftovers.ts';
import { openScope } from '../engine/scope.ts';
import { createRunId } from '../history/run-id.ts';
import { exitCodes, messageOf, type ExitCode } from '../kernel/errors.ts';
import { renderPlatform } from '../kernel/platform.ts';
import { EVENT_VERSION, type Emit, type RunEventBody } from '../kernel/run-events.ts';
import { outcomeOf, type Case, type Outcome } from '../kernel/verdict.ts';
import { openReports, type ReportRequest } from '../report/open-reports.ts';
import { checkIds } from '../suites/behaviour/checks/index.ts';
import { checkImage, type CheckedImage } from '../suites/behaviour/index.ts';
import type { PreviousRelease } from '../suites/contract.ts';
import type { AppHost } from './app-host.ts';
import { concurrencyOf } from './concurrency.ts';
import { CommandError } from './errors.ts';
import { imageOnEngine } from './image-on-engine.ts';

export interface CheckRequest {
  readonly ref: string;
  /** Replaces the image's CMD unless empty. */
  readonly command: readonly string[];
  /** `NAME=value` each. */
  readonly env: readonly string[];
  /** Names of checks; not together with `group`. */
  readonly only?: readonly string[] | undefined;
  /** @default standard */
  readonly group?: CheckGroup | undefined;
  /** An image of the engine that it is to take over from. */
  readonly upgradeFrom?: string | undefined;
  readonly reports: readonly ReportRequest[];
}

const STEP = 'test:image:behaviour';

/** Behaviour checks on one image of the engine. Needs no project and writes nothing to the current folder. */
export async function checkReference(host: AppHost, request: CheckRequest): Promise<ExitCode> {
  const env = parseEnvironment(request.env);
  assertKnown(request.only);
  const engine = await connectEngine({ env: host.env });
  const record = await imageOnEngine(engine, request.ref);
  const { upgradeFrom } = request;
  const previous =
    upgradeFrom === undefined
      ? undefined
      : { ref: upgradeFrom, record: await imageOnEngine(engine, upgradeFrom) };
  const reports = await openReports(request.reports, {
    out: host.stdout,
    env: host.env,
    clock: host.clock,
  });
  let seq = 0;
  const emit: Emit = (body) => {
    seq += 1;
    reports.onEvent({ v: EVENT_VERSION, seq, at: host.clock.now().toISOString(), ...body });
  };
  const exitCode = await checkAndTell({ host, request, engine, record, previous, emit, env });
  await reports.close();
  return exitCode;
}

interface Trial {
  readonly host: AppHost;
  readonly request: CheckRequest;
  readonly engine: Engine;
  readonly record: ImageRecord;
  readonly previous: PreviousRelease | undefined;
  readonly emit: Emit;
  readonly env: Readonly<Record<string, string>>;
}

async function checkAndTell(trial: Trial): Promise<ExitCode> {
  const { host, emit, record, request } = trial;
  const runId = createRunId(host.clock);
  const startedMs = host.clock.monotonicMs();
  const sinceMs = (): number => Math.round(host.clock.monotonicMs() - startedMs);
  emit(runStarted(trial, runId));
  emit(planMade(trial));
  emit({ type: 'step.started', step: STEP, why: 'asked for' });
  const swept = sweep(trial.engine).catch((error: unknown) => {
    emit({ type: 'notice', message: `could not look for leftovers: ${messageOf(error)}` });
  });
  const checked = await judge(trial, runId);
  await swept;
  const outcome = outcomeOf(checked.cases);
  emit({
    type: 'step.finished',
    step: STEP,
    outcome: stepOutcomes[outcome],
    durationMs: sinceMs(),
    imageId: record.id,
    imageRef: request.ref,
    imageClass: checked.class,
    digest: digestOfRecord(record),
    ...(outcome === 'empty' ? { reason: reasonOf(checked.cases) } : {}),
  });
  const exitCode = exitCodesByOutcome[outcome];
  emit({
    type: 'run.finished',
    outcome: stepOutcomes[outcome],
    exitCode,
    durationMs: sinceMs(),
  });
  return exitCode;
}

const stepOutcomes = {
  passed: 'passed',
  failed: 'failed',
  lost: 'lost',
  empty: 'failed',
} as const satisfies Record<Outcome, string>;

const exitCodesByOutcome = {
  passed: exitCodes.passed,
  failed: exitCodes.refused,
  lost: exitCodes.environment,
  empty: exitCodes.refused,
} as const satisfies Record<Outcome, ExitCode>;

async function judge(trial: Trial, runId: string): Promise<CheckedImage> {
  const { host, engine, request, emit } = trial;
  await using scope = await openScope({ engine, runId, env: host.env });
  return await checkImage({
    ref: request.ref,
    scope,
    signal: host.signal,
    concurrency: concurrencyOf(engine),
    clock: host.clock,
    projectFolder: host.cwd,
    profile: {
      run: runSchema.parse({
        env: trial.env,
        ...(request.command.length === 0 ? {} : { command: [...request.command] }),
      }),
    },
    ...settingsOf(request),
    previous: trial.previous,
    report: {
      caseStarted: (id) => emit({ type: 'case.started', step: STEP, id }),
      caseFinished: (finished) =>
        emit({ type: 'case.finished', step: STEP, case: { ...finished } }),
      output: (source, text) => emit({ type: 'step.output', step: STEP, source, text }),
    },
  });
}

function settingsOf({ only, group }: CheckRequest): { settings?: never } | object {
  const settings = behaviourSuiteSchema.parse({
    ...(only === undefined ? {} : { only: [...only] }),
    ...(group === undefined ? {} : { group }),
  });
  return settings === false ? {} : { settings };
}

/** Why nothing of it was judged: what the first check that takes a container says. */
function reasonOf(cases: readonly Case[]): string {
  const skipped = cases.find(({ isStatic, reason }) => isStatic !== true && reason !== undefined);
  return (skipped ?? cases[0])?.reason ?? 'every check was skipped';
}

function runStarted({ host, engine, request }: Trial, runId: string): RunEventBody {
  return {
    type: 'run.started',
    runId,
    command: 'check',
    version: host.version,
    project: request.ref,
    pid: process.pid,
    engine: `${engine.info.product} ${engine.info.version} at ${engine.endpoint.url}`,
    provider: 'local',
  };
}

function planMade({ record, request }: Trial): RunEventBody {
  return {
    type: 'plan.made',
    steps: [
      {
        id: STEP,
        kind: 'test',
        image: request.ref,
        platform: renderPlatform(record.platform),
        suite: 'behaviour',
        needs: [],
      },
    ],
  };
}

function digestOfRecord(record: ImageRecord): string | undefined {
  return record.repoDigests[0]?.split('@')[1];
}

function parseEnvironment(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const match = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/su.exec(pair);
      if (match?.[1] === undefined || match[2] === undefined)
        throw new CommandError(
          'OPTION_INVALID',
          `--env takes NAME=value, not ${JSON.stringify(pair.split('=')[0])}`,
        );
      return [match[1], match[2]];
    }),
  );
}

function assertKnown(only: readonly string[] | undefined): void {
  const unknown = only?.find((id) => !checkIds.includes(id));
  if (unknown === undefined) return;
  const guess = didYouMean(unknown, checkIds);
  throw new CommandError('OPTION_INVALID', `there is no check ${JSON.stringify(unknown)}`, {
    hint: `${guess === undefined ? '' : `${guess} `}Use some of: ${checkIds.join(', ')}.`,
  });
}
