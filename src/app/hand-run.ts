import { join } from 'node:path';
import { readCiEnvironment } from '../ci/read-ci-environment.ts';
import { loadSigner } from '../evidence/load-signer.ts';
import { openEventLog } from '../history/event-log.ts';
import { createRunId } from '../history/run-id.ts';
import { pruneRuns } from '../history/runs.ts';
import { readGit } from '../host/git.ts';
import { exitCodes } from '../kernel/errors.ts';
import type { RunEventBody } from '../kernel/run-events.ts';
import { findProjectFolder } from '../pipeline/project-folder.ts';
import { openRepository } from '../registry/client/open-repository.ts';
import { exitCodeOf, toErrorPicture } from '../report/render-error.ts';
import { cleanLine } from '../report/terminal-text.ts';
import { createPromotionJournal } from '../ship/promotion-journal.ts';
import type { HandWork } from '../ship/promote-by-hand.ts';
import type { ProofLookup } from '../ship/proof.ts';
import type { AppHost } from './app-host.ts';
import { readShippedDigests } from './shipped-digests.ts';
import { prepareStateFolder } from './state-folder.ts';

export interface HandRun {
  /** As typed: `promote`, `rollback`, `yank`. */
  readonly command: string;
  /** `host/name`. */
  readonly repository: string;
  readonly prove: ProofLookup;
  /** Whether what was found is signed, too, when there is a key. @default false */
  readonly isSigned?: boolean | undefined;
}

/**
 * Runs what changes a registry outside a pipeline as a run of its own: with an id, and with a log in which each effect is
 * announced before it happens. What a person has to know meanwhile goes to stderr.
 */
export async function runByHand<Result>(
  host: AppHost,
  { command, repository: name, prove, isSigned = false }: HandRun,
  act: (work: HandWork, emit: (event: RunEventBody) => void) => Promise<Result>,
): Promise<Result> {
  const folder = await findProjectFolder(host.cwd);
  const stateFolder = await prepareStateFolder(folder);
  const ci = readCiEnvironment(host.env, await readGit(folder, host.env));
  const runId = createRunId(host.clock);
  const failure = new AbortController();
  const signal = AbortSignal.any([host.signal, failure.signal]);
  await using log = openEventLog({
    folder: join(stateFolder, 'runs', runId),
    clock: host.clock,
    onFailure: (error) => failure.abort(error),
  });
  const notice = (message: string): void => {
    host.stderr.write(`${cleanLine(message)}\n`);
  };
  log.listeners.add((event) => {
    if (event.type === 'notice') notice(event.message);
  });
  const startedMs = host.clock.monotonicMs();
  log.emit({
    type: 'run.started',
    runId,
    command,
    version: host.version,
    project: name,
    pid: process.pid,
    provider: ci.provider,
  });
  const finish = (error?: unknown): void => {
    const exitCode = error === undefined ? exitCodes.passed : exitCodeOf(error);
    log.emit({
      type: 'run.finished',
      outcome: outcomes[exitCode],
      exitCode,
      durationMs: Math.round(host.clock.monotonicMs() - startedMs),
      ...(error === undefined ? {} : { error: toErrorPicture(error) }),
    });
  };
  await using repository = openRepository({
    repository: name,
    env: host.env,
    signal,
    onWarning: notice,
  });
  try {
    const result = await act(
      {
        repository,
        runId,
        url: ci.url,
        prove,
        signer: isSigned ? await loadSigner(host.env, host.cwd) : undefined,
        known: await readShippedDigests({ folder: stateFolder, clock: host.clock }, name),
        stateFolder,
        clock: host.clock,
        signal,
        journal: createPromotionJournal(log.emit, {
          step: `ship:${name}`,
          repository: repository.address.repository,
        }),
        onWait: (holder) => notice(`waiting for ${holder}, which ships to ${name}`),
      },
      log.emit,
    );
    finish();
    return result;
  } catch (error) {
    finish(error);
    throw error;
  } finally {
    await pruneRuns({ folder: stateFolder, clock: host.clock });
  }
}

const outcomes = {
  0: 'passed',
  1: 'failed',
  2: 'failed',
  3: 'lost',
  4: 'cancelled',
  70: 'lost',
} as const;
