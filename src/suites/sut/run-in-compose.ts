import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SuiteContext } from '../contract.ts';
import type { FileFinding } from '../file-by-file.ts';
import { lastLines } from '../last-lines.ts';
import { runSuiteProgram, type SuiteProgramEnd } from '../suite-process.ts';
import { renderForCompose } from './compose-document.ts';
import type { ComposeProgram } from './find-compose.ts';
import { judgeSut, judgeTimeout } from './judge-sut.ts';
import type { ReadySut } from './ready-sut.ts';
import { SUT } from './sut-plan.ts';

/**
 * Lets Docker Compose run a file that has keys which our own runner does not do. It gets the images that were made for
 * it, and an engine that labels all that it makes: that is removed afterwards, also after `kill -9`.
 */
export async function runInCompose(
  ready: ReadySut,
  program: ComposeProgram,
  context: SuiteContext,
): Promise<FileFinding> {
  const { loaded, settings, images, runsTested } = ready;
  const { plan, compose, contract } = loaded;
  const folder = await context.scope.temporaryFolder('sut');
  const document = join(folder, 'docker-compose.test.yml');
  const project = `seatrial-${randomBytes(6).toString('hex')}`;
  await writeFile(document, renderForCompose(compose, images, project));
  const path = join(context.projectFolder, plan.file);
  const end = await runSuiteProgram(
    {
      name: plan.file,
      file: program.file,
      argv: [...program.argv, ...argumentsFor({ project, document, path })],
      timeoutMs: settings.timeout,
      folder,
      env: contract,
    },
    context,
  );
  return judge(end, { settings, runsTested });
}

/** Without `--no-deps`, `run` starts what `sut` depends on; without aliases nobody would find `sut` itself. */
function argumentsFor(run: {
  readonly project: string;
  readonly document: string;
  readonly path: string;
}): readonly string[] {
  const where = ['--project-name', run.project, '--project-directory', dirname(run.path)];
  return [...where, '--file', run.document, 'run', '--rm', '-T', '--use-aliases', SUT];
}

function judge(
  end: SuiteProgramEnd,
  around: Pick<ReadySut, 'settings' | 'runsTested'>,
): FileFinding {
  if (end.isCancelled) {
    return { verdict: 'lost', message: 'Was ended', reason: 'The run was cancelled.' };
  }
  const { exitCode } = end;
  const log = lastLines(end.output);
  const ends = [{ service: SUT, isRunning: end.isTimedOut, exitCode, log }];
  if (end.isTimedOut) return judgeTimeout({ ...around, ends });
  return judgeSut({ state: 'ended', exitCode, isOomKilled: false }, { ...around, ends });
}
