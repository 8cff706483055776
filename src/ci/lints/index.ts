import { brokenGuard } from './rules/broken-guard.ts';
import { gateCannotFail } from './rules/gate-cannot-fail.ts';
import type { Lint } from './lint.ts';
import { literalEnvironment } from './rules/literal-environment.ts';
import { missingFiles } from './rules/missing-files.ts';
import { passwordOnArgv } from './rules/password-on-argv.ts';
import { rebuildOnDeploy } from './rules/rebuild-on-deploy.ts';
import { remoteDockerOnMachine } from './rules/remote-docker-on-machine.ts';
import { remoteDockerPort } from './rules/remote-docker-port.ts';
import { removedFlag } from './rules/removed-flag.ts';
import { scheduleSyntax } from './rules/schedule-syntax.ts';
import { sleepAsWait } from './rules/sleep-as-wait.ts';
import { tagFilterHole } from './rules/tag-filter-hole.ts';
import { unescapedHeredoc } from './rules/unescaped-heredoc.ts';
import { unpinnedExecutor } from './rules/unpinned-executor.ts';
import { unusedDefinition } from './rules/unused-definition.ts';
import { wrongShape } from './rules/wrong-shape.ts';

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
