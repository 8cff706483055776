import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Benchmark } from './benchmark.ts';
import { configOf, withConfig } from './rig/circleci-config.ts';
import { seatrialCommand } from './rig/command.ts';
import { mediansMs, ms } from './stopwatch.ts';

const execute = promisify(execFile);
const MAX_OUTPUT_BYTES = 64 * 1024 ** 2;

export const circleciJobs: Benchmark = {
  name: 'circleci-jobs',
  figure: '`seatrial circleci validate` on a file of 1,000 jobs',
  unit: 's',
  limit: { atMost: 1 },
  async run() {
    return withConfig(configOf(1000), async (cwd) => {
      const options = { cwd, maxBuffer: MAX_OUTPUT_BYTES };
      const medians = await mediansMs(5, {
        validate: () => execute(seatrialCommand, ['circleci', 'validate'], options),
        lint: () => execute(seatrialCommand, ['lint'], options),
      });
      const [validate, lint] = [medians.of('validate'), medians.of('lint')];
      return { value: validate / 1000, parts: { validate: ms(validate), lint: ms(lint) } };
    });
  },
};
