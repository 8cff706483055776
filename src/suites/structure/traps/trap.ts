import { renderPath, type Path, type Problem } from '../../../config/diagnostics.ts';
import type { Fault } from '../faults.ts';
import type { StructureFile } from '../structure-file.ts';

/** What container-structure-test takes in silence, and does not do as it reads: here it is an error that says so. */
export type Trap = (file: StructureFile) => readonly Problem[];

/** For messages: the original, by name. */
export const ORIGINAL = 'container-structure-test';

export interface Explanation {
  /** Follows the place: "`commandTests[0].teardown` is never run by …". */
  readonly clause: string;
  readonly suggestion?: string | undefined;
  /** Characters into the value. @default 0 */
  readonly offset?: number | undefined;
  readonly at?: Problem['at'];
}

export function problemAt(path: Path, explanation: Explanation): Problem {
  const { clause, suggestion, offset, at } = explanation;
  return { path, at, offset, message: `\`${renderPath(path)}\` ${clause}.`, suggestion };
}

export function problemsOfFaults(path: Path, faults: readonly Fault[]): readonly Problem[] {
  return faults.map((fault) => ({
    path: [...path, ...fault.path],
    message: `\`${renderPath(path)}\` ${fault.clause}.`,
  }));
}
