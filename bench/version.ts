import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Benchmark } from './benchmark.ts';
import { mediansMs, ms } from './stopwatch.ts';

const execute = promisify(execFile);
const command = join(import.meta.dirname, '..', 'bin', 'seatrial');

export const version: Benchmark = {
  name: 'version',
  figure: '`seatrial --version` against `node -e 0`',
  unit: 'x',
  limit: { atMost: 1.5 },
  async run() {
    const medians = await mediansMs(21, {
      node: () => execute(process.execPath, ['-e', '0']),
      seatrial: () => execute(command, ['--version']),
    });
    const [node, seatrial] = [medians.of('node'), medians.of('seatrial')];
    return { value: seatrial / node, parts: { seatrial: ms(seatrial), node: ms(node) } };
  },
};
