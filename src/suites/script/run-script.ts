import { join } from 'node:path';
import type { ScriptSuite } from '../../config/suite-schema.ts';
import type { HostNetworks } from '../../sandbox/virtual/host-network.ts';
import { quote } from '../shell-quote.ts';
import type { FileRunner } from '../file-by-file.ts';
import { runSuiteProgram } from '../suite-process.ts';
import { ownEngine } from './own-engine.ts';
import { judgeScript } from './script-case.ts';
import { startObstacle } from './start-obstacle.ts';

/** Runs scripts, and says how they ended. `networks` are those of all scripts that may run at the same time. */
export function scriptRunner(networks: HostNetworks): FileRunner<ScriptSuite> {
  return {
    suite: 'script',
    findOut: async (file, settings, context) => {
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
          openEngine: ownEngine(networks, settings),
        },
        context,
      );
      return judgeScript(end, settings);
    },
    byHand: (file, { image }) => `IMAGE=${quote(image.ref)} ./${quote(file)}`,
  };
}
