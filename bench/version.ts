import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Benchmark } from './benchmark.ts';
import { seatrialCommand } from './rig/command.ts';
import { mediansMs, ms } from './stopwatch.ts';

const execute = promisify(execFile);

export const version: Benchmark = {
  name: 'version',
  figure: '`seatrial --version` against `node -e 0`',
  unit: 'x',
  limit: { atMost: 1.5 },
  async run() {
    const medians = await mediansMs(21, {
      node: () => execute(process.execPath, ['-e', '0']),
      seatrial: () => execute(seatrialCommand, ['--version']),
    });
    const [node, seatrial] = [medians.of('node'), medians.of('seatrial')];
    return { value: seatrial / node, parts: { seatrial: ms(seatrial), node: ms(node) } };
  },
};
