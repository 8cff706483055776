import { attesters } from './attesters.ts';
import type { Benchmark } from './benchmark.ts';
import { checkOverhead } from './check-overhead.ts';
import { circleciJobs } from './circleci-jobs.ts';
import { circleciLint } from './circleci-lint.ts';
import { deployAgain } from './deploy-again.ts';
import { deployFirst } from './deploy-first.ts';
import { memory } from './memory.ts';
import { noChange } from './no-change.ts';
import { packAndPush } from './pack-and-push.ts';
import { promote } from './promote.ts';
import { sandboxParallel } from './sandbox-parallel.ts';
import { sandboxStart } from './sandbox-start.ts';
import { standard } from './standard.ts';
import { standardDynamodb } from './standard-dynamodb.ts';
import { stateChecks } from './state-checks.ts';
import { stateVsScripts } from './state-vs-scripts.ts';
import { structureFiles } from './structure-files.ts';
import { tunnelBulk, tunnelRequest } from './tunnel.ts';
import { version } from './version.ts';
import { virtualEngine } from './virtual-engine.ts';

/** Every figure, the cheapest first. */
export const benchmarks: readonly Benchmark[] = [
  version,
  circleciLint,
  circleciJobs,
  sandboxStart,
  checkOverhead,
  virtualEngine,
  noChange,
  promote,
  attesters,
  structureFiles,
  deployAgain,
  standard,
  standardDynamodb,
  stateChecks,
  stateVsScripts,
  sandboxParallel,
  tunnelRequest,
  tunnelBulk,
  deployFirst,
  packAndPush,
  memory,
];
