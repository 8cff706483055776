import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { expect, test } from 'vitest';
import { labelNames } from '../engine/labels.ts';
import { processEnvironment } from '../host/environment.ts';
import { isSoak } from '../host/testing/soak.ts';
import { identifyProcess } from '../host/process-identity.ts';
import { runProcess } from '../host/process.ts';
import { openSuiteBench } from './testing/suite-bench.ts';

const parent = join(import.meta.dirname, '../../.seatrial/spec-tests');
await mkdir(parent, { recursive: true });

const script = `#!/bin/sh
sleep 1000 &
echo "pids: $$ $!"
docker network create "net-$(basename "$(dirname "$TMPDIR")")"
while :; do docker run -d -v /other "$IMAGE"; done
`;

const spec = `
import { spawn } from 'node:child_process';
import { test } from 'seatrial/test';
test('never ends', async ({ run, network, volume }) => {
  const child = spawn('sleep', ['1000']);
  await Promise.all([network(), volume(), run(), run()]);
  console.log('pids: ' + process.pid + ' ' + child.pid);
  await new Promise(() => {});
});`;

const kinds = [
  { kind: 'script', file: 'test/x.test.sh', contents: script },
  { kind: 'spec', file: 'test/x.spec.ts', contents: spec },
];

// What a script makes without end is the harder one.
test.each(isSoak ? kinds : kinds.slice(0, 1))(
  'kill -9 of the runner of a $kind suite: containers, networks, volumes and processes go',
  async ({ kind, file, contents }) => {
    const image = { command: ['sleep', '1000'], volumes: ['/data'] };
    await using bench = await openSuiteBench({ image, parent });
    await bench.write(file, contents);
    const runId = `killed-${randomBytes(6).toString('hex')}`;
    const objects = async (): Promise<readonly string[]> => {
      const all = await bench.scope.engine.objects.list([labelNames.run]);
      return all
        .filter(({ labels }) => labels[labelNames.run]?.startsWith(runId))
        .map((object) => object.kind);
    };
    const main = join(import.meta.dirname, 'testing/run-suite-main.ts');
    const { projectFolder } = bench.context;
    let runner = 0;
    let output = '';
    const running = runProcess(
      execPath,
      [main, kind, projectFolder, bench.context.image.ref, runId],
      {
        env: processEnvironment(),
        timeoutMs: 60_000,
        onStart: (pgid) => {
          runner = pgid;
        },
        onOutput: (text) => {
          output += text;
        },
      },
    );
    await expect
      .poll(async () => new Set(await objects()), { timeout: 30_000 })
      .toEqual(new Set(['container', 'network', 'volume']));
    await expect.poll(() => output, { timeout: 30_000 }).toMatch(/pids: \d+ \d+/u);
    const pids = /pids: (\d+) (\d+)/u.exec(output)?.slice(1).map(Number) ?? [];

    process.kill(runner, 'SIGKILL');
    await running;

    await expect.poll(objects, { timeout: 15_000 }).toEqual([]);
    await expect.poll(() => pids.filter(isRunning), { timeout: 15_000 }).toEqual([]);
    // A creation that was on its way when the program was ended would show up now.
    await expect(objects()).resolves.toEqual([]);
  },
);

function isRunning(pid: number): boolean {
  return !['', 'ended'].includes(identifyProcess(pid).startedAtTicks);
}
