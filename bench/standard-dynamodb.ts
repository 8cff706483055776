import type { Benchmark } from './benchmark.ts';
import { exampleFolder } from './rig/command.ts';
import { measureChecks } from './rig/measure-checks.ts';
import { startEmbeddedRegistry } from './rig/registries.ts';

export const standardDynamodb: Benchmark = {
  name: 'standard-dynamodb',
  figure: 'the checks of `standard` on the image of DynamoDB Local',
  unit: 's',
  limit: { atMost: 25 },
  async run() {
    await using registry = await startEmbeddedRegistry();
    const place = { folder: exampleFolder, env: { SEATRIAL_REGISTRY: registry.host } };
    const found = await measureChecks(place, 'dynamodb');
    return { ...found, value: found.wholeMs / 1000 };
  },
};
