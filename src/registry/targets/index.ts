import { azure } from './azure.ts';
import { dockerHub } from './docker-hub.ts';
import { gitlab } from './gitlab.ts';
import { google } from './google.ts';
import { quay } from './quay.ts';
import type { Target } from '../target-contract.ts';

/** One line per family; the first that matches counts. Any other registry needs no line. */
export const targets: readonly Target[] = [dockerHub, gitlab, azure, google, quay];

/** Absent for a registry that is as the specification says. */
export function targetOf(host: string): Target | undefined {
  return targets.find((target) => target.matches(host));
}
