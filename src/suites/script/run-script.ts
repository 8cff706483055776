import { join } from 'node:path';
import type { FileSuite } from '../../config/suite-schema.ts';
import { quote } from '../shell-quote.ts';
import type { SuiteContext } from '../contract.ts';
import type { FileFinding, FileRunner } from '../file-by-file.ts';
import { runSuiteProgram } from '../suite-process.ts';
import { judgeScript } from './script-case.ts';
import { startObstacle } from './start-obstacle.ts';

/** Runs scripts, and says how they ended. */
export const scriptRunner: FileRunner = Object.freeze({
  suite: 'script',
  findOut,
  byHand: (file: string, { image }: SuiteContext) => `IMAGE=${quote(image.ref)} ./${quote(file)}`,
});

async function findOut(
  file: string,
  settings: FileSuite,
  context: SuiteContext,
): Promise<FileFinding> {
  const path = join(context.projectFolder, file);
  const obstacle = await startObstacle(path, file);
  if (obstacle !== undefined) return { verdict: 'fail', ...obstacle };
  const end = await runSuiteProgram(
    {
      name: file,
      file: path,
      argv: [],
      timeoutMs: settings.timeout,
      folder: await context.scope.temporaryFolder('script'),
    },
    context,
  );
  return judgeScript(end, settings);
}
