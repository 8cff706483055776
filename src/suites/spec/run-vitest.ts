import type { FileSuite } from '../../config/suite-schema.ts';
import { labelNames } from '../../engine/labels.ts';
import { programPath } from '../../host/package-file.ts';
import type { Case } from '../../kernel/verdict.ts';
import type { SuiteContext } from '../contract.ts';
import { runSuiteProgram } from '../suite-process.ts';
import { findVitest } from './find-vitest.ts';
import { HANDOVER_VARIABLE, type Handover } from './handover.ts';
import { openMessageSocket } from './message-socket.ts';
import { createSpecLog } from './spec-log.ts';

/** Runs spec files (relative to the project) in one Vitest; its cases are told as they end. */
export async function runVitest(
  files: readonly string[],
  settings: FileSuite,
  context: SuiteContext,
): Promise<readonly Case[]> {
  const vitestPath = findVitest(context.projectFolder);
  const folder = await context.scope.temporaryFolder('spec');
  const log = createSpecLog(files, context);
  const socket = await openMessageSocket(folder, log.handle);
  const workers = String(Math.max(1, context.concurrency));
  const end = await runSuiteProgram(
    {
      name: 'vitest',
      file: process.execPath,
      argv: [
        '--no-warnings',
        programPath('suites/spec/vitest-main'),
        vitestPath,
        socket.path,
        workers,
        ...files,
      ],
      // The limit is for one file; files run at the same time only where there are processors.
      timeoutMs: settings.timeout * files.length,
      folder,
      env: { [HANDOVER_VARIABLE]: JSON.stringify(handoverOf(context)) },
    },
    context,
  );
  await socket.close();
  await log.conclude(end, settings.timeout);
  return log.cases;
}

function handoverOf({ image, scope, projectFolder }: SuiteContext): Handover {
  const { name, ref, record, profile } = image;
  return {
    runId: scope.labels[labelNames.run] ?? '',
    projectFolder,
    engine: { ...scope.engine.endpoint.env },
    image: { name, ref, id: record.id, profile },
  };
}
