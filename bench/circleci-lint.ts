import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Benchmark } from './benchmark.ts';
import { configOf, withConfig } from './rig/circleci-config.ts';
import { seatrialCommand } from './rig/command.ts';
import { mediansMs, ms } from './stopwatch.ts';

const execute = promisify(execFile);

/** `lint` validates first. */
export const circleciLint: Benchmark = {
  name: 'circleci-lint',
  figure: '`seatrial lint` on a file of CircleCI of 700 lines, less `node -e 0`',
  unit: 'ms',
  limit: { atMost: 150 },
  async run() {
    return withConfig(configOf(63), async (cwd) => {
      const medians = await mediansMs(21, {
        node: () => execute(process.execPath, ['-e', '0']),
        lint: () => execute(seatrialCommand, ['lint'], { cwd }),
      });
      const [node, lint] = [medians.of('node'), medians.of('lint')];
      return { value: lint - node, parts: { lint: ms(lint), node: ms(node) } };
    });
  },
};
