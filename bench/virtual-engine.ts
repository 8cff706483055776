import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connectEngine } from '../src/engine/connect.ts';
import { buildScratchImage } from '../src/engine/testing/scratch-image.ts';
import { processEnvironment } from '../src/host/environment.ts';
import { hostNetworks } from '../src/sandbox/virtual/host-network.ts';
import { openVirtualEngine } from '../src/sandbox/virtual/index.ts';
import type { Benchmark } from './benchmark.ts';
import { median, ms } from './stopwatch.ts';

/** Of each call, one direct and one through the virtual engine in turn, so that load hits both alike. */
const ROUNDS = 200;
const WARM_UP = 20;

export const virtualEngine: Benchmark = {
  name: 'virtual-engine',
  figure:
    'a call through a virtual engine besides the same call made directly, p50, the worst of five',
  unit: 'ms',
  limit: { atMost: 1 },
  async run() {
    const engine = await connectEngine({ env: processEnvironment() });
    await using image = await buildScratchImage(engine, { command: ['/bin/sleep', '1000'] });
    const folder = await mkdtemp(join(tmpdir(), 'bench-'));
    const opened = await openVirtualEngine({
      endpoint: engine.endpoint,
      labels: {},
      folder,
      network: hostNetworks().open(),
    });
    const direct = callerAt(engine.endpoint.url.slice('unix://'.length));
    const through = callerAt(opened.socketPath);
    try {
      const made = await through.call('POST', '/containers/create?name=bench', {
        Image: image.ref,
        NetworkDisabled: true,
        HostConfig: { NetworkMode: 'none' },
      });
      const id = /"Id":"(\w+)"/u.exec(made)?.[1] ?? '';
      const calls = {
        ping: '/_ping',
        'ps -a': '/containers/json?all=1',
        inspect: `/containers/${id}/json`,
        images: '/images/json',
        logs: `/containers/${id}/logs?stdout=1`,
      };
      const parts: Record<string, string> = {};
      const overheads: number[] = [];
      for (const [name, path] of Object.entries(calls)) {
        const [alone, proxied] = await inTurn(
          () => direct.call('GET', path),
          () => through.call('GET', path),
        );
        overheads.push(proxied - alone);
        parts[name] = `${ms(alone)} + ${ms(proxied - alone)}`;
      }
      return { value: Math.max(...overheads), parts };
    } finally {
      direct.close();
      through.close();
      await opened.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** p50 of both, in milliseconds. */
async function inTurn(
  alone: () => Promise<unknown>,
  proxied: () => Promise<unknown>,
): Promise<readonly [number, number]> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS + WARM_UP; round += 1) {
    for (const [index, call] of [alone, proxied].entries()) {
      const startedMs = performance.now();
      await call();
      if (round >= WARM_UP) times[index]?.push(performance.now() - startedMs);
    }
  }
  return [median(times[0]), median(times[1])];
}

/** Calls over one connection that is kept, as a client that lives for a while makes them. */
function callerAt(socketPath: string): {
  call(method: string, path: string, body?: unknown): Promise<string>;
  close(): void;
} {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    close: () => agent.destroy(),
    call: async (method, path, body) =>
      await new Promise((resolve, reject) => {
        const call = request({
          agent,
          socketPath,
          method,
          path: `/v1.41${path}`,
          headers: { host: 'docker', 'content-type': 'application/json' },
        });
        call.once('error', reject);
        call.once('response', (response) => {
          text(response).then(resolve, reject);
        });
        call.end(body === undefined ? undefined : JSON.stringify(body));
      }),
  };
}
