import { didYouMean } from '../config/suggestion.ts';
import { connectEngine } from '../engine/connect.ts';
import type { Engine } from '../engine/contract.ts';
import { sweep } from '../engine/leftovers.ts';
import { asOwnGroup } from '../engine/own-group.ts';
import { openScope } from '../engine/scope.ts';
import type { Scope } from '../engine/scope-contract.ts';
import { createRunId } from '../history/run-id.ts';
import { runInForeground, type ForegroundEnd } from '../host/foreground-process.ts';
import { exitCodes, messageOf } from '../kernel/errors.ts';
import { cleanLine } from '../report/terminal-text.ts';
import type { Isolation } from '../sandbox/namespace/place.ts';
import { openSandbox, type Sandbox } from '../sandbox/open-sandbox.ts';
import { ruleNames } from '../sandbox/virtual/policy.ts';
import type { AppHost } from './app-host.ts';
import { CommandError } from './errors.ts';
import { renderSandboxRun } from './render-sandbox-run.ts';

export interface SandboxRequest {
  readonly command: readonly string[];
  /** Address of the engine. @default as the Docker CLI finds it */
  readonly engine?: string | undefined;
  readonly isolation: Isolation | 'auto';
  /** Rules of the policy that do not hold. */
  readonly allow: readonly string[];
  readonly format: 'text' | 'json';
}

/**
 * Runs a command in a sandbox, in place of this one, and tells on stderr what it did. Returns the command's own exit code;
 * when it was cancelled, ours.
 */
export async function runInSandbox(host: AppHost, request: SandboxRequest): Promise<number> {
  const [file, ...argv] = request.command;
  if (file === undefined) throw new CommandError('OPTION_INVALID', 'No command to run was given');
  assertRules(request.allow);
  const engine = await connectEngine({ env: host.env, host: request.engine });
  const notice = (message: string): void => {
    host.stderr.write(`seatrial: ${cleanLine(message)}\n`);
  };
  const swept = sweepQuietly(engine, notice);
  await using scope = await openScope({ engine, runId: createRunId(host.clock), env: host.env });
  const sandbox = await openSandbox({
    engine,
    labels: scope.labels,
    folder: await scope.stateFolder('sandbox'),
    isolation: request.isolation,
    visible: [host.cwd],
    env: host.env,
    allow: request.allow,
  });
  const startedMs = host.clock.monotonicMs();
  try {
    for (const note of sandbox.notes) notice(note);
    const end = await runPlaced({ host, scope, sandbox }, [file, ...argv]);
    const durationMs = Math.round(host.clock.monotonicMs() - startedMs);
    if (end.startError !== undefined) notice(`${file} could not be started: ${end.startError}`);
    const left = await sandbox.close();
    const run = {
      exitCode: end.exitCode,
      durationMs,
      isolation: sandbox.isolation,
      ports: sandbox.portWay(),
    };
    host.stderr.write(
      renderSandboxRun({ ...run, left, calls: sandbox.engine.summary() }, request.format),
    );
    return host.signal.aborted ? exitCodes.cancelled : end.exitCode;
  } finally {
    await sandbox.close();
    await swept;
  }
}

interface Launch {
  readonly host: AppHost;
  readonly scope: Scope;
  readonly sandbox: Sandbox;
}

async function runPlaced(
  { host, scope, sandbox }: Launch,
  command: readonly [string, ...string[]],
): Promise<ForegroundEnd> {
  const placed = sandbox.place({ command, cwd: host.cwd, env: host.env });
  return await asOwnGroup(scope, (onGroup) =>
    runInForeground(placed.file, placed.argv, {
      cwd: host.cwd,
      env: placed.env,
      signal: host.signal,
      onGroup,
    }),
  );
}

function assertRules(allow: readonly string[]): void {
  const known = ruleNames();
  const unknown = allow.find((rule) => !known.includes(rule));
  if (unknown === undefined) return;
  const guess = didYouMean(unknown, known);
  throw new CommandError('OPTION_INVALID', `No rule of the policy is called ${unknown}`, {
    hint: guess ?? 'Run `seatrial sandbox --explain` to see the rules.',
  });
}

/** What killed runs left goes now, beside the command, which it does not hinder. */
async function sweepQuietly(engine: Engine, notice: (message: string) => void): Promise<void> {
  try {
    for (const { leftover, cause } of (await sweep(engine)).kept)
      notice(`could not remove ${leftover.kind} ${leftover.name}: ${messageOf(cause)}`);
  } catch (error) {
    notice(`could not look for leftovers of earlier runs: ${messageOf(error)}`);
  }
}
