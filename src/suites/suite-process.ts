import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asOwnGroup } from '../engine/own-group.ts';
import type { Environment } from '../host/environment.ts';
import { runProcess, type ProcessResult } from '../host/process.ts';
import { openLabellingEngine } from '../sandbox/labelling-engine.ts';
import type { SuiteContext } from './contract.ts';
import { CASE_LABEL, removeRemains } from './remains.ts';
import { runnableReference } from './runnable-reference.ts';

/** A program of the user that may use the engine. */
export interface SuiteProgram {
  /** What it is called: the source of its output, and a label on what it makes. */
  readonly name: string;
  readonly file: string;
  readonly argv: readonly string[];
  readonly timeoutMs: number;
  /** Private folder for it and for us, of mode 0700. */
  readonly folder: string;
  /** Besides, and stronger than, what every program of a suite gets. */
  readonly env?: Environment | undefined;
  /** What it takes for the engine. @default the whole engine, where what it makes is labelled */
  readonly openEngine?: OpenProgramEngine | undefined;
}

export type OpenProgramEngine = (
  program: Pick<SuiteProgram, 'name' | 'folder'>,
  context: SuiteContext,
) => Promise<ProgramEngine>;

/** What a program takes for the engine. */
export interface ProgramEngine {
  readonly env: { readonly DOCKER_HOST: string };
  /** Shuts the door and removes what was made. Returns what was left, for people; absent when nothing was. */
  close(): Promise<string | undefined>;
}

export interface SuiteProgramEnd extends ProcessResult {
  /** What it left on the engine, for people; absent when it left nothing. It is removed already. */
  readonly remains: string | undefined;
}

/**
 * Runs a program in the project's folder with IMAGE, DOCKER_HOST, TMPDIR and DOCKER_CONFIG of its own, ends its
 * whole process group, and removes from the engine what it made.
 * @throws {SandboxError} when it cannot be given an engine; {EngineError} when the engine is gone.
 */
export async function runSuiteProgram(
  program: SuiteProgram,
  context: SuiteContext,
): Promise<SuiteProgramEnd> {
  const { openEngine = openWholeEngine } = program;
  const engine = await openEngine(program, context);
  try {
    const env = await environmentOf(program, context, engine.env);
    const result = await runInGroup(program, env, context);
    return { ...result, remains: await engine.close() };
  } finally {
    await engine.close();
  }
}

async function openWholeEngine(
  { name, folder }: Pick<SuiteProgram, 'name' | 'folder'>,
  { scope }: SuiteContext,
): Promise<ProgramEngine> {
  const labelling = await openLabellingEngine({
    endpoint: scope.engine.endpoint,
    labels: { ...scope.labels, [CASE_LABEL]: name },
    folder,
  });
  let remains: Promise<string | undefined> | undefined;
  const close = async (): Promise<string | undefined> => {
    // First the door is closed, so that nothing new appears while the rest is removed.
    await labelling.close();
    return await removeRemains(scope, name);
  };
  return { env: labelling.env, close: async () => await (remains ??= close()) };
}

async function runInGroup(
  program: SuiteProgram,
  env: Environment,
  { projectFolder, scope, signal, report }: SuiteContext,
): Promise<ProcessResult> {
  return await asOwnGroup(scope, (onStart) =>
    runProcess(program.file, program.argv, {
      cwd: projectFolder,
      env,
      signal,
      timeoutMs: program.timeoutMs,
      onOutput: (text) => report.output(program.name, text),
      onStart,
    }),
  );
}

/** How the Docker CLI finds an engine by itself; DOCKER_HOST alone must decide. */
const OTHER_WAYS = ['DOCKER_CONTEXT', 'DOCKER_TLS', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH'];

async function environmentOf(
  program: SuiteProgram,
  context: SuiteContext,
  engineEnv: { readonly DOCKER_HOST: string },
): Promise<Environment> {
  const temporary = join(program.folder, 'tmp');
  await mkdir(temporary);
  const inherited = Object.fromEntries(
    Object.entries(context.env).filter(([name]) => !OTHER_WAYS.includes(name)),
  );
  return {
    DOCKER_CONFIG: await emptyDockerConfig(program.folder, context.env['HOME']),
    ...inherited,
    ...engineEnv,
    IMAGE: runnableReference(context.image),
    TMPDIR: temporary,
    ...program.env,
  };
}

/** A Docker configuration without logins, that still finds the user's own plugins (compose, buildx). */
async function emptyDockerConfig(parent: string, home: string | undefined): Promise<string> {
  const folder = join(parent, 'docker');
  await mkdir(folder);
  const config =
    home === undefined ? {} : { cliPluginsExtraDirs: [join(home, '.docker', 'cli-plugins')] };
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  return folder;
}
