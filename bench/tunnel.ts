import type { Benchmark } from './benchmark.ts';
import { getFar, startFarServer } from './rig/far-server.ts';
import { median, ms } from './stopwatch.ts';

const REQUESTS = 200;
const LARGE_BYTES = 100 * 1024 ** 2;
const ROUNDS = 5;

export const tunnelRequest: Benchmark = {
  name: 'tunnel-request',
  figure: 'a small HTTP request to a container of a remote engine, over a new connection each',
  unit: 'ms',
  limit: { atMost: 10 },
  async run() {
    await using server = await startFarServer(0);
    // The first one starts the agent.
    await getFar(server, '/small');
    const times: number[] = [];
    for (let request = 0; request < REQUESTS; request += 1) {
      const startedAt = performance.now();
      await getFar(server, '/small');
      times.push(performance.now() - startedAt);
    }
    const slow = times.toSorted((a, b) => a - b)[Math.floor(REQUESTS * 0.95)] ?? 0;
    return {
      value: median(times),
      parts: { requests: String(REQUESTS), p95: ms(slow), way: String(server.reach.way()) },
    };
  },
};

export const tunnelBulk: Benchmark = {
  name: 'tunnel-bulk',
  figure: '100 MB from a container of a remote engine',
  unit: 'MB/s',
  limit: { atLeast: 50 },
  async run() {
    await using server = await startFarServer(LARGE_BYTES);
    await getFar(server, '/small');
    const rates: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const startedAt = performance.now();
      const sizeBytes = await getFar(server, '/large');
      if (sizeBytes < LARGE_BYTES) throw new Error(`only ${String(sizeBytes)} bytes came`);
      rates.push(LARGE_BYTES / 1e6 / ((performance.now() - startedAt) / 1000));
    }
    return {
      value: median(rates),
      parts: { fastest: `${Math.max(...rates).toFixed(0)} MB/s`, way: String(server.reach.way()) },
    };
  },
};
