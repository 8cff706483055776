import { join } from 'node:path';
import type { FileSuite } from '../../config/suite-schema.ts';
import type { Case } from '../../kernel/verdict.ts';
import { quote } from '../shell-quote.ts';
import type { SuiteContext } from '../contract.ts';
import { runSuiteProgram } from '../suite-process.ts';
import { judgeScript, type Finding } from './script-case.ts';
import { startObstacle } from './start-obstacle.ts';

/** Runs one script, removes what it left, and says how it ended. `file` is relative to the project. */
export async function runScript(
  file: string,
  settings: FileSuite,
  context: SuiteContext,
): Promise<Case> {
  const startedMs = performance.now();
  const finding = await findOut(file, settings, context);
  return {
    suite: 'script',
    id: file,
    severity: finding.verdict === 'warn' ? 'warn' : 'error',
    durationMs: Math.round(performance.now() - startedMs),
    ...finding,
    command: `IMAGE=${quote(context.image.ref)} ./${quote(file)}`,
  };
}

async function findOut(file: string, settings: FileSuite, context: SuiteContext): Promise<Finding> {
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
