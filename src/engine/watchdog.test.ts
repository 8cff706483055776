import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { processEnvironment } from '../host/environment.ts';
import { runProcess } from '../host/process.ts';
import { startFakeEngine } from './fixtures/fake-engine.ts';

const script = fileURLToPath(new URL('watchdog-main.ts', import.meta.url));

/** A watchdog whose owner was killed as soon as it had started it: not one message came. */
async function runOrphan(filters: readonly string[]): Promise<readonly string[]> {
  const requests: string[] = [];
  await using engine = await startFakeEngine((request, response) => {
    requests.push(decodeURIComponent(request.url ?? ''));
    response.end(request.url?.includes('/volumes') === true ? '{"Volumes":[]}' : '[]');
  });
  await runProcess(process.execPath, ['--no-warnings', script, ...filters], {
    env: { ...processEnvironment(), DOCKER_HOST: engine.host },
    timeoutMs: 20_000,
  });
  return requests;
}

test('a watchdog that never heard a word looks for the objects of its scope', async () => {
  const requests = await runOrphan(['seatrial.run=1', 'seatrial.owner=2']);

  expect(requests.length).toBeGreaterThan(0);
  for (const request of requests) {
    expect(request).toContain('"seatrial.run=1"');
    expect(request).toContain('"seatrial.owner=2"');
  }
});

test('a watchdog that does not know its scope asks the engine for nothing', async () => {
  expect(await runOrphan([])).toEqual([]);
});
