import { messageOfDiagnostics } from '../../config/errors.ts';
import type { Environment } from '../../host/environment.ts';
import { runProcess } from '../../host/process.ts';
import type { SuiteContext } from '../contract.ts';
import { SuiteError } from '../errors.ts';
import type { LoadedSut } from './load-sut.ts';

/** Docker Compose as a program: the plugin of the Docker CLI, or the one before it. */
export interface ComposeProgram {
  readonly file: string;
  readonly argv: readonly string[];
  /** As it says: `2.39.1`. */
  readonly version: string;
}

const CANDIDATES: readonly Pick<ComposeProgram, 'file' | 'argv'>[] = [
  { file: 'docker', argv: ['compose'] },
  { file: 'docker-compose', argv: [] },
];

/**
 * What runs a file that is not for our own runner; absent when the file is for that.
 * @throws {SuiteError} SUT_NO_COMPOSE with the keys that need it
 */
export async function composeFor(
  { beyond, plan }: LoadedSut,
  { env, report }: SuiteContext,
): Promise<ComposeProgram | undefined> {
  if (beyond.length === 0) return undefined;
  const program = await findCompose(env);
  if (program === undefined) throw new SuiteError('SUT_NO_COMPOSE', messageOfDiagnostics(beyond));
  const lines = beyond.map(({ line, message }) => `${message} (line ${String(line)})`).join(' ');
  report.output(plan.file, `notice: run by Docker Compose ${program.version}: ${lines}\n`);
  return program;
}

/** The first one that answers. */
async function findCompose(env: Environment): Promise<ComposeProgram | undefined> {
  for (const { file, argv } of CANDIDATES) {
    const asked = [...argv, 'version', '--short'];
    const { exitCode, stdout } = await runProcess(file, asked, { env, timeoutMs: 20_000 });
    if (exitCode === 0) return { file, argv, version: stdout.trim() };
  }
  return undefined;
}
