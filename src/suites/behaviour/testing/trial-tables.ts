import { circumstances } from './circumstances.ts';
import { healthChecks } from './health-checks.ts';
import { keepers } from './keepers.ts';
import { kinds } from './kinds.ts';
import { nonStarters } from './non-starters.ts';
import { services } from './services.ts';
import { moreTakers, takers } from './takers.ts';
import type { TrialImage } from './trial-image.ts';

/** All images that are started, by what they have in common. */
export const trialTables: readonly (readonly [string, readonly TrialImage[]])[] = [
  ['kinds of images', kinds],
  ['images that do not come up', nonStarters],
  ['services', services],
  ['services and their data', keepers],
  ['services in other circumstances', circumstances],
  ['health checks', healthChecks],
  ['services that are killed, asked, misled and moved', takers],
  ['more of those', moreTakers],
];
