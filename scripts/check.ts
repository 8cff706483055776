import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gates, type Gate } from './gates.ts';
import { runGate } from './run-gate.ts';

/**
 * Runs every gate, fastest first, one line each; stops at the first that says no and prints its whole output.
 *   node scripts/check.ts            all
 *   node scripts/check.ts --quick    those that need no container engine
 *   node scripts/check.ts lint unit  the named ones
 */
const root = join(import.meta.dirname, '..');
const args = process.argv.slice(2);
const chosen = choose(args);

await rm(join(root, '.cache', 'vitest'), { recursive: true, force: true });
await mkdir(join(root, '.cache', 'vitest'), { recursive: true });
const startedAt = performance.now();

for (const gate of chosen) {
  if (process.stdout.isTTY) process.stdout.write(`  ${gate.name.padEnd(10)} …`);
  const result = await runGate(gate, root);
  if (process.stdout.isTTY) process.stdout.write('\r');
  const mark = result.isPassed ? '✓' : '✗';
  console.log(`${mark} ${gate.name.padEnd(10)} ${seconds(result.durationMs)}  ${gate.proves}`);
  if (!result.isPassed) {
    console.log(`\n${result.output}\n${gate.name} said no: ${gate.argv.join(' ')}`);
    process.exit(1);
  }
}
console.log(`\n${String(chosen.length)} gates passed in${seconds(performance.now() - startedAt)}`);

function choose(words: readonly string[]): readonly Gate[] {
  if (words.includes('--quick')) return gates.filter((gate) => !gate.needsEngine);
  if (words.length === 0) return gates;
  const unknown = words.find((word) => !gates.some((gate) => gate.name === word));
  if (unknown !== undefined) {
    console.error(
      `no gate is called ${unknown}; there are: ${gates.map((g) => g.name).join(', ')}`,
    );
    process.exit(2);
  }
  return gates.filter((gate) => words.includes(gate.name));
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`.padStart(8);
}
