import { parseArgs } from 'node:util';
import { isWithin, type Benchmark, type Measurement } from './benchmark.ts';
import { buildLocalPackage } from '../scripts/local-package.ts';
import { benchmarks } from './table.ts';

/**
 * Measures the figures and holds them against their limits. Exit code 1 when one is missed.
 *   node bench/run.ts [--only NAME]… [--json]
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
  },
});
const chosen = benchmarks.filter(({ name }) => values.only?.includes(name) ?? true);
const unknown = values.only?.find((name) => !benchmarks.some((each) => each.name === name));
if (unknown !== undefined || chosen.length === 0) {
  console.error(`no benchmark is called ${unknown ?? ''}; there are: ${names()}`);
  process.exit(2);
}

await buildLocalPackage();
const results = [];
for (const benchmark of chosen) {
  const result = toResult(benchmark, await benchmark.run());
  results.push(result);
  if (!values.json) printLine(result);
}
if (values.json) console.log(JSON.stringify({ schema: 'seatrial.bench/1', results }, undefined, 2));
process.exitCode = results.every(({ isPassed }) => isPassed) ? 0 : 1;

interface Result extends Measurement {
  readonly name: string;
  readonly figure: string;
  readonly unit: string;
  readonly limit: Benchmark['limit'];
  readonly isPassed: boolean;
}

function toResult(benchmark: Benchmark, measured: Measurement): Result {
  const { name, figure, unit, limit } = benchmark;
  return { name, figure, unit, limit, ...measured, isPassed: isWithin(measured.value, limit) };
}

function printLine({ name, figure, unit, limit, value, parts, isPassed }: Result): void {
  const bound = 'atMost' in limit ? `at most ${limit.atMost}` : `at least ${limit.atLeast}`;
  const details = Object.entries(parts).map(([part, text]) => `${part} ${text}`);
  console.log(
    `${isPassed ? '✓' : '✗'} ${name.padEnd(16)} ${value.toFixed(2)} ${unit} (${bound} ${unit})`,
  );
  console.log(`  ${figure}: ${details.join(', ')}`);
}

function names(): string {
  return benchmarks.map(({ name }) => name).join(', ');
}
