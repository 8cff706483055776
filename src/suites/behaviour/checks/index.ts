import type { Check } from '../check.ts';
import { answers } from './answers.ts';
import { ephemeral } from './ephemeral.ts';
import { identity } from './identity.ts';
import { portsListen } from './ports-listen.ts';
import { restarts } from './restarts.ts';
import { starts } from './starts.ts';
import { stops } from './stops.ts';
import { survivesKill } from './survives-kill.ts';
import { volumesPersist } from './volumes-persist.ts';
import { writes } from './writes.ts';

/** All checks, in the order of the report. To add one: its file in this folder, and a line here. */
export const checks: readonly Check[] = Object.freeze([
  starts,
  portsListen,
  answers,
  identity,
  writes,
  stops,
  restarts,
  survivesKill,
  ephemeral,
  volumesPersist,
]);

/** What `suites.behaviour.only` and `skip` may name. */
export const checkIds: readonly string[] = Object.freeze(checks.map(({ id }) => id));

/** What the other checks stand on. */
export const foundation: Check = starts;
