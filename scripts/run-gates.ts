import type { Gate } from './gates.ts';
import type { GateResult } from './run-gate.ts';

/** Tools are mostly one thread each, and half of the unit tests' time is waiting. */
const AT_ONCE = 2;

export interface GateRun {
  readonly perform: (gate: Gate, signal: AbortSignal) => Promise<GateResult>;
  readonly onStart: (gate: Gate) => void;
  /** Told in the order in which they end. */
  readonly onEnd: (gate: Gate, result: GateResult) => void;
}

/**
 * Runs gates, those without an engine side by side, each after those that it builds on; nothing begins after the first
 * that says no, and what runs beside it is ended. Resolves with whether all of them passed.
 */
export async function runGates(gates: readonly Gate[], run: GateRun): Promise<boolean> {
  const waiting = [...gates];
  const running = new Map<Gate, Promise<void>>();
  const stopped = new AbortController();

  const perform = async (gate: Gate): Promise<void> => {
    run.onStart(gate);
    const result = await run.perform(gate, stopped.signal);
    running.delete(gate);
    // What was ended only because another one said no has said nothing.
    if (stopped.signal.aborted) return;
    run.onEnd(gate, result);
    if (!result.isPassed) stopped.abort();
  };

  for (;;) {
    if (stopped.signal.aborted) waiting.length = 0;
    // A race of nothing would never end.
    if (waiting.length + running.size === 0) return !stopped.signal.aborted;
    const next = waiting.findIndex((gate) => mayBegin(gate, waiting, running));
    const [gate] = next === -1 ? [] : waiting.splice(next, 1);
    if (gate === undefined) await Promise.race(running.values());
    else running.set(gate, perform(gate));
  }
}

function mayBegin(
  gate: Gate,
  waiting: readonly Gate[],
  running: ReadonlyMap<Gate, Promise<void>>,
): boolean {
  const unfinished = [...waiting, ...running.keys()];
  if (unfinished.some(({ name }) => gate.after.includes(name))) return false;
  // Tests on the engine have the machine to themselves.
  if (gate.needsEngine) return running.size === 0 && unfinished.every((other) => other.needsEngine);
  return running.size < AT_ONCE;
}
