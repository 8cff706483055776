import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The end-to-end tests that take minutes: what begins last must not be what takes longest. `breaks` needs the example
 * that `readme` makes in its first two minutes.
 */
const LONGEST = ['readme', 'kill', 'project', 'breaks', 'crash', 'promote'];

/** Vitest goes by what it remembers of earlier runs, and by the size of a file where it remembers nothing. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const name = /([^/]+)\.e2e\.test\.ts$/u.exec(moduleId)?.[1];
  const rank = LONGEST.indexOf(name ?? '');
  return rank === -1 ? LONGEST.length : rank;
}
