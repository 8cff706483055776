import { randomBytes } from 'node:crypto';
import { imageSchema } from '../src/config/schema.ts';
import { connectEngine } from '../src/engine/connect.ts';
import { openScope } from '../src/engine/scope.ts';
import { buildScratchImage } from '../src/engine/testing/scratch-image.ts';
import { processEnvironment } from '../src/host/environment.ts';
import { checks } from '../src/suites/behaviour/checks/index.ts';
import { judgeImage } from '../src/suites/behaviour/judge-image.ts';
import { state, stateful } from '../src/suites/behaviour/testing/trial-image.ts';
import type { Benchmark } from './benchmark.ts';
import { median, ms } from './stopwatch.ts';

const ROUNDS = 9;

export const checkOverhead: Benchmark = {
  name: 'check-overhead',
  figure: 'our processor time per behaviour check of a small server, engine calls included',
  unit: 'ms',
  limit: { atMost: 20 },
  async run() {
    const engine = await connectEngine({ env: processEnvironment() });
    await using image = await buildScratchImage(engine, stateful());
    const { ready, run } = imageSchema.parse({});
    const profile = { ready, run, state: imageSchema.parse({ state }).state };
    const judge = async (): Promise<number> => {
      const runId = `bench-${randomBytes(4).toString('hex')}`;
      const before = process.cpuUsage();
      await using scope = await openScope({ engine, runId });
      const { cases } = await judgeImage({
        image: { name: 'server', ref: image.ref, record: image.record, profile },
        settings: { skip: {}, may_write: [] },
        scope,
        signal: new AbortController().signal,
        concurrency: 4,
        projectFolder: import.meta.dirname,
      });
      await scope.close();
      const { user, system } = process.cpuUsage(before);
      const open = cases.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'warn');
      if (open.length > 0) throw new Error(`not every check was judged: ${JSON.stringify(open)}`);
      return (user + system) / 1000 / cases.length;
    };
    const first = await judge();
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) times.push(await judge());
    return {
      value: median(times),
      parts: {
        checks: String(checks.length),
        'in a process that has just started': ms(first),
      },
    };
  },
};
