import { execFile } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemCodeOf } from '../src/kernel/errors.ts';
import type { Benchmark } from './benchmark.ts';
import { buildDynamodbImage, runStateChecks } from './rig/state-checks.ts';
import { mediansMs, ms } from './stopwatch.ts';

const execute = promisify(execFile);
const ROUNDS = 5;
const scripts = ['basics', 'ephemeral', 'persistent'] as const;

export const stateVsScripts: Benchmark = {
  name: 'state-vs-scripts',
  figure:
    "scripts in the article's style, one after the other, against the same tests from a `state:` block",
  unit: 'x',
  limit: { atLeast: 4 },
  async run() {
    const dynamodb = await buildDynamodbImage();
    const { engine, record } = dynamodb;
    // The scripts remove whatever has this name in its line of `docker ps`.
    const name = `seatrial-bench/dynamodb-${randomBytes(6).toString('hex')}`;
    await engine.images.tag(record.id, name, 'latest');
    const env = { ...process.env, IMAGE: name, PORT: String(await freePort()) };
    try {
      const medians = await mediansMs(ROUNDS, {
        scripts: async () => {
          for (const script of scripts) {
            const path = join(import.meta.dirname, 'article-scripts', `${script}.test.sh`);
            await execute(path, [], { env });
          }
        },
        checks: () => runStateChecks(dynamodb),
      });
      const [slow, checks] = [medians.of('scripts'), medians.of('checks')];
      return { value: slow / checks, parts: { scripts: ms(slow), checks: ms(checks) } };
    } finally {
      await removeContainersOf(name);
      await engine.images.remove(`${name}:latest`);
    }
  },
};

/** Below the range that systems hand out by themselves: there, others take what was free a moment ago. */
const PORTS = { from: 20_000, to: 32_000 };

/** A fixed port, as such scripts have, that is free now. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to);
    const server = createServer();
    try {
      await once(server.listen(port), 'listening');
      return port;
    } catch (error) {
      if (systemCodeOf(error) !== 'EADDRINUSE') throw error;
    } finally {
      server.close();
    }
  }
}

/** What a script that failed left running. By the name it was started with: others may run the same image. */
async function removeContainersOf(name: string): Promise<void> {
  const listed = await execute('docker', ['ps', '-a', '--format', '{{.ID}} {{.Image}}']);
  const ids = listed.stdout.split('\n').flatMap((line) => {
    const [id, image] = line.split(' ');
    return id !== undefined && image === name ? [id] : [];
  });
  if (ids.length > 0) await execute('docker', ['rm', '-f', '-v', ...ids]);
}
