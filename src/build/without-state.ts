import type { ContextFilter } from './context.ts';

/** What we write ourselves would change the key of every run. */
export function withoutState(filter: ContextFilter): ContextFilter {
  return {
    includes: (path) => !isState(path) && filter.includes(path),
    excludesWhole: (folder) => isState(folder) || filter.excludesWhole(folder),
  };
}

function isState(path: string): boolean {
  return path === '.seatrial' || path.startsWith('.seatrial/');
}
