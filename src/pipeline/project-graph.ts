import type { Diagnostic } from '../config/diagnostics.ts';
import { messageOfDiagnostics } from '../config/errors.ts';
import { PipelineError } from './errors.ts';

/** One image built on another, and where that is said. */
export interface GraphEdge {
  readonly child: string;
  readonly parent: string;
  /** Points at the argument, FROM, COPY or mount. */
  readonly diagnostic: Diagnostic;
}

/**
 * Names in an order in which every parent comes before its children; otherwise in the order given.
 * @throws {PipelineError} PROJECT_CYCLE with every place of one circle
 */
export function sortByParents(
  names: readonly string[],
  edges: readonly GraphEdge[],
): readonly string[] {
  const sorted = new Set<string>();
  const open: GraphEdge[] = [];
  const visit = (name: string): void => {
    if (sorted.has(name)) return;
    for (const edge of edges.filter(({ child }) => child === name)) {
      const start = open.findIndex(({ child }) => child === edge.parent);
      if (start !== -1 || edge.parent === name) throw cycleError([...open.slice(start), edge]);
      open.push(edge);
      visit(edge.parent);
      open.pop();
    }
    sorted.add(name);
  };
  names.forEach(visit);
  return [...sorted];
}

function cycleError(cycle: readonly GraphEdge[]): PipelineError {
  const names = [...cycle.map(({ child }) => child), cycle.at(-1)?.parent ?? ''];
  const diagnostics = cycle.map(({ diagnostic }) => diagnostic);
  return new PipelineError(
    'PROJECT_CYCLE',
    `images are built on each other in a circle: ${names.join(' -> ')}\n${messageOfDiagnostics(diagnostics)}`,
    { details: { cycle: names } },
  );
}
