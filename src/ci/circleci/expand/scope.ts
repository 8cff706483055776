import type { Findings } from '../finding.ts';
import type { CallStack, List, Node, Origin, Plain, Scalar } from '../tree.ts';
import type { Unit } from '../unit.ts';

/** What is shared by the whole expansion of a file. */
export interface Expansion {
  readonly findings: Findings;
  /** Values of `pipeline.*` and `pipeline.parameters.*`. */
  readonly pipeline: ReadonlyMap<string, Node>;
  /** Steps that were expanded where they are written, and are only put in where they are used. */
  readonly expandedSteps: WeakSet<List>;
  /** Where the name of an executor that is handed over is looked up: where it was written. */
  readonly executorUnits: WeakMap<Node, Unit>;
  /** Whether `<< >>` means something: from version 2.1 on. */
  readonly isTemplated: boolean;
  /** Calls of commands so far. */
  readonly count: { calls: number };
}

/** What names mean at a place of the file. */
export interface Scope {
  readonly expansion: Expansion;
  /** Where commands and executors are looked up. */
  readonly unit: Unit;
  /** `parameters.x` and `matrix.x`. */
  readonly values: ReadonlyMap<string, Node>;
  readonly calls?: CallStack | undefined;
}

export function scalarOf(value: Plain, origin: Origin, calls?: CallStack): Scalar {
  const written = value === null ? '' : String(value);
  return { kind: 'scalar', value, written, origin, calls };
}

/** More calls than this no honest file makes: commands that call each other twice, thirty deep, would. */
export const MOST_CALLS = 50_000;

/** Whether what is called is called already: a circle. */
export function isCalled(target: Scalar, calls: CallStack | undefined): boolean {
  for (let frame = calls; frame !== undefined; frame = frame.caller) {
    if (frame.target === target) return true;
  }
  return false;
}
