import type { Check } from '../check.ts';
import { age } from './age.ts';
import { answers } from './answers.ts';
import { arbitraryUser } from './arbitrary-user.ts';
import { architecture } from './architecture.ts';
import { baseFiles } from './base-files.ts';
import { earlyStop } from './early-stop.ts';
import { entrypointResolves } from './entrypoint-resolves.ts';
import { ephemeral } from './ephemeral.ts';
import { execForm } from './exec-form.ts';
import { flags } from './flags.ts';
import { hardened } from './hardened.ts';
import { healthcheckWorks } from './healthcheck-works.ts';
import { identity } from './identity.ts';
import { killReplace } from './kill-replace.ts';
import { labels } from './labels.ts';
import { linksAndLibraries } from './links-and-libraries.ts';
import { logs } from './logs.ts';
import { noHardCodedPasswords } from './no-hard-coded-passwords.ts';
import { offline } from './offline.ts';
import { otherHost } from './other-host.ts';
import { overrideCmd } from './override-cmd.ts';
import { portsListen } from './ports-listen.ts';
import { ports } from './ports.ts';
import { privileges } from './privileges.ts';
import { readOnly } from './read-only.ts';
import { refusesBadConfig } from './refuses-bad-config.ts';
import { reproducible } from './reproducible.ts';
import { restarts } from './restarts.ts';
import { restricted } from './restricted.ts';
import { rollback } from './rollback.ts';
import { sameIds } from './same-ids.ts';
import { secretHygiene } from './secret-hygiene.ts';
import { secrets } from './secrets.ts';
import { size } from './size.ts';
import { smallBox } from './small-box.ts';
import { speaks } from './speaks.ts';
import { starts } from './starts.ts';
import { stops } from './stops.ts';
import { survivesKill } from './survives-kill.ts';
import { terminal } from './terminal.ts';
import { unexposedListeners } from './unexposed-listeners.ts';
import { upgrade } from './upgrade.ts';
import { user } from './user.ts';
import { utc } from './utc.ts';
import { volumesPersist } from './volumes-persist.ts';
import { volumes } from './volumes.ts';
import { writes } from './writes.ts';
import { zombies } from './zombies.ts';

/** All checks, in the order of the report. To add one: its file in this folder, and a line here. */
export const checks: readonly Check[] = Object.freeze([
  starts,
  portsListen,
  unexposedListeners,
  speaks,
  answers,
  identity,
  writes,
  logs,
  stops,
  restarts,
  survivesKill,
  ephemeral,
  volumesPersist,
  upgrade,
  sameIds,
  rollback,
  killReplace,
  overrideCmd,
  flags,
  refusesBadConfig,
  hardened,
  earlyStop,
  healthcheckWorks,
  secretHygiene,
  zombies,
  readOnly,
  arbitraryUser,
  restricted,
  offline,
  smallBox,
  terminal,
  otherHost,
  architecture,
  entrypointResolves,
  execForm,
  linksAndLibraries,
  user,
  privileges,
  secrets,
  noHardCodedPasswords,
  ports,
  volumes,
  labels,
  size,
  age,
  baseFiles,
  utc,
  reproducible,
]);

/** What `suites.behaviour.only` and `skip` may name. */
export const checkIds: readonly string[] = Object.freeze(checks.map(({ id }) => id));

/** What the other checks stand on. */
export const foundation: Check = starts;
