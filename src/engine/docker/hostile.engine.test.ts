import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { processEnvironment } from '../../host/environment.ts';
import { runProcess } from '../../host/process.ts';
import { connectEngine } from '../connect.ts';
import type { Engine } from '../contract.ts';
import { openScope } from '../scope.ts';
import type { Scope } from '../scope-contract.ts';
import { buildScratchImage, type ScratchImage } from '../testing/scratch-image.ts';

let engine: Engine;
let scope: Scope;
let image: ScratchImage;

beforeAll(async () => {
  const env = processEnvironment();
  engine = await connectEngine({ env });
  image = await buildScratchImage(engine);
  scope = await openScope({ engine, runId: `hostile-${process.pid}`, env });
});

afterAll(async () => {
  await scope[Symbol.asyncDispose]();
  await image[Symbol.asyncDispose]();
});

async function start(script: string): Promise<string> {
  const command = ['/bin/sh', '-c', script];
  const id = await scope.createContainer({ image: image.record.id, purpose: 'hostile', command });
  await engine.containers.start(id);
  return id;
}

test('the last lines of a container that has ended are never lost', async () => {
  const ids = await Promise.all(
    Array.from({ length: 8 }, async () => await start('seq 1 3000; echo the end')),
  );

  for (const id of ids) {
    await engine.containers.wait(id);
    let followed = '';
    const { signal } = new AbortController();
    await engine.containers.followLogs(id, (text) => void (followed += text), signal);
    const tail = await engine.containers.logs(id, { tail: 2 });

    expect(tail).toBe('3000\nthe end\n');
    expect(followed.endsWith('2999\n3000\nthe end\n')).toBe(true);
    expect(followed.split('\n')).toHaveLength(3002);
  }
});

test('processes that want to outlive their container end with it', async () => {
  const id = await start(
    'for i in 1 2 3; do setsid sh -c "trap : TERM HUP INT; sleep 1000 & wait; sleep 1000" & done; echo up; sleep 1000',
  );
  let running: readonly string[] = [];
  while (running.length < 7) {
    running = (await engine.containers.top(id, '-eo pid')).map((row) => row['PID'] ?? '');
  }

  await engine.containers.remove(id);

  expect(running.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
});

test('a container may have only so many processes', async () => {
  const id = await start('sleep 1000');

  const shown = await runProcess('docker', ['inspect', '-f', '{{.HostConfig.PidsLimit}}', id], {
    env: processEnvironment(),
  });

  expect(shown.stdout.trim()).toBe('4096');
});
