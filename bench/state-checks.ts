import type { Benchmark } from './benchmark.ts';
import { createRawNetwork, runRawStateTests } from './rig/raw-state-tests.ts';
import { buildDynamodbImage, runStateChecks } from './rig/state-checks.ts';
import { mediansMs, ms } from './stopwatch.ts';

const ROUNDS = 5;

export const stateChecks: Benchmark = {
  name: 'state-checks',
  figure:
    "the article's three tests on DynamoDB from a `state:` block against the raw engine with the same three starts",
  unit: 'x',
  limit: { atMost: 1.25 },
  async run() {
    const dynamodb = await buildDynamodbImage();
    await using network = await createRawNetwork();
    const medians = await mediansMs(ROUNDS, {
      raw: () => runRawStateTests(dynamodb.record.id, network.name),
      checks: () => runStateChecks(dynamodb),
    });
    const [raw, checks] = [medians.of('raw'), medians.of('checks')];
    return { value: checks / raw, parts: { checks: ms(checks), 'raw engine': ms(raw) } };
  },
};
