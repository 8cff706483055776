import { concurrencyFaults } from './concurrency-faults.ts';
import { configFaults } from './config-faults.ts';
import { credentialFaults } from './credential-faults.ts';
import { deathFaults } from './death-faults.ts';
import { diskFaults } from './disk-faults.ts';
import { engineFaults } from './engine-faults.ts';
import type { FaultGroup } from './fault-case.ts';
import { imageFaults } from './image-faults.ts';
import { networkFaults } from './network-faults.ts';
import { pullRequestFaults } from './pull-request-faults.ts';
import { registryFaults } from './registry-faults.ts';

/** All faults and attacks, by the letter that their ids begin with. */
export const catalogue: Readonly<Record<string, FaultGroup>> = {
  E: engineFaults,
  R: registryFaults,
  P: deathFaults,
  D: diskFaults,
  H: imageFaults,
  C: configFaults,
  X: pullRequestFaults,
  N: networkFaults,
  K: credentialFaults,
  L: concurrencyFaults,
};
