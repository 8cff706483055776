import type { Benchmark } from './benchmark.ts';
import { ratiosOf, timeDeploys } from './rig/deploys.ts';
import { createSampleProject } from './rig/sample-project.ts';

export const deployFirst: Benchmark = {
  name: 'deploy-first',
  figure:
    'first `seatrial deploy` of a 200 MB image against `docker push`, the worse of two registries',
  unit: 'x',
  limit: { atMost: 1 },
  async run() {
    await using project = await createSampleProject('200 MB in four layers');
    return ratiosOf(await timeDeploys(project, 5), 'whole command');
  },
};
