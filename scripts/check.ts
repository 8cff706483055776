import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gates, type Gate } from './gates.ts';
import { runGate } from './run-gate.ts';
import { runGates } from './run-gates.ts';

/**
 * Runs every gate, two at a time, one line each; stops at the first that says no and prints its whole output.
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

const running = new Set<string>();
const isPassed = await runGates(chosen, {
  perform: (gate, signal) => runGate(gate, root, signal),
  onStart: ({ name }) => {
    running.add(name);
    showRunning();
  },
  onEnd: ({ name, proves, argv }, result) => {
    running.delete(name);
    const mark = result.isPassed ? '✓' : '✗';
    clearRunning();
    console.log(`${mark} ${name.padEnd(10)} ${seconds(result.durationMs)}  ${proves}`);
    if (!result.isPassed) console.log(`\n${result.output}\n${name} said no: ${argv.join(' ')}`);
    showRunning();
  },
});
clearRunning();
if (!isPassed) process.exit(1);
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

function showRunning(): void {
  if (process.stdout.isTTY && running.size > 0)
    process.stdout.write(`  ${[...running].join(', ')} …`);
}

function clearRunning(): void {
  if (process.stdout.isTTY) process.stdout.write('\r\u001B[K');
}
