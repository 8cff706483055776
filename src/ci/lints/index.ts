import { brokenGuard } from './broken-guard.ts';
import { gateCannotFail } from './gate-cannot-fail.ts';
import type { Lint } from './lint.ts';
import { literalEnvironment } from './literal-environment.ts';
import { missingFiles } from './missing-files.ts';
import { passwordOnArgv } from './password-on-argv.ts';
import { rebuildOnDeploy } from './rebuild-on-deploy.ts';
import { remoteDockerOnMachine } from './remote-docker-on-machine.ts';
import { remoteDockerPort } from './remote-docker-port.ts';
import { removedFlag } from './removed-flag.ts';
import { scheduleSyntax } from './schedule-syntax.ts';
import { sleepAsWait } from './sleep-as-wait.ts';
import { tagFilterHole } from './tag-filter-hole.ts';
import { unescapedHeredoc } from './unescaped-heredoc.ts';
import { unpinnedExecutor } from './unpinned-executor.ts';
import { unusedDefinition } from './unused-definition.ts';
import { wrongShape } from './wrong-shape.ts';

/** Every rule, by its id. */
export const lints: readonly Lint[] = [
  gateCannotFail,
  rebuildOnDeploy,
  passwordOnArgv,
  removedFlag,
  literalEnvironment,
  tagFilterHole,
  wrongShape,
  missingFiles,
  remoteDockerPort,
  remoteDockerOnMachine,
  unpinnedExecutor,
  sleepAsWait,
  brokenGuard,
  unescapedHeredoc,
  unusedDefinition,
  scheduleSyntax,
];
