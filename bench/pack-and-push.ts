import type { Benchmark } from './benchmark.ts';
import { ratiosOf, timeDeploys } from './rig/deploys.ts';
import { createSampleProject } from './rig/sample-project.ts';

/** The command around it costs the same whatever the size: what grows is held against what grows. */
export const packAndPush: Benchmark = {
  name: 'pack-and-push',
  figure:
    'pack and push a 500 MB image of five layers against `docker push`, the worse of two registries',
  unit: 'x',
  limit: { atMost: 1 },
  async run() {
    await using project = await createSampleProject('500 MB in five layers');
    return ratiosOf(await timeDeploys(project, 3), 'ship step');
  },
};
