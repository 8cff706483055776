import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { connectEngine } from '../src/engine/connect.ts';
import { openScope } from '../src/engine/scope.ts';
import { buildScratchImage } from '../src/engine/testing/scratch-image.ts';
import { processEnvironment } from '../src/host/environment.ts';
import { runProcess } from '../src/host/process.ts';
import { openSandbox } from '../src/sandbox/open-sandbox.ts';
import type { Benchmark } from './benchmark.ts';
import { mediansMs, ms } from './stopwatch.ts';

const ROUNDS = 3;
const script = join(import.meta.dirname, '..', 'src', 'sandbox', 'fixtures', 'article.test.sh');

export const sandboxParallel: Benchmark = {
  name: 'sandbox-parallel',
  figure: "three scripts in the article's style at once, against one alone, each in a sandbox",
  unit: 'x',
  limit: { atMost: 1.2 },
  async run() {
    const env = processEnvironment();
    const engine = await connectEngine({ env });
    await using image = await buildScratchImage(engine, {
      entrypoint: ['/bin/httpd', '-f', '-p', '8000', '-h', '/data'],
    });
    await using scope = await openScope({ engine, runId: randomUUID() });
    const runOne = async (): Promise<void> => {
      await using sandbox = await openSandbox({
        engine,
        labels: scope.labels,
        folder: await scope.stateFolder('bench'),
        isolation: 'ns',
        visible: [join(script, '..')],
        env,
      });
      const placed = sandbox.place({
        command: [script],
        cwd: '/',
        env: { ...env, IMAGE: image.ref, WORDS: randomBytes(4).toString('hex') },
      });
      const end = await runProcess(placed.file, placed.argv, { env: placed.env });
      if (end.exitCode !== 0) throw new Error(end.output);
    };
    const medians = await mediansMs(ROUNDS, {
      one: runOne,
      three: async () => {
        await Promise.all([runOne(), runOne(), runOne()]);
      },
    });
    const [one, three] = [medians.of('one'), medians.of('three')];
    return { value: three / one, parts: { 'one alone': ms(one), 'three at once': ms(three) } };
  },
};
