import type { Judgement } from '../case-book.ts';
import type { Fault } from './faults.ts';

/** One test of a file, ready to be judged. */
export interface FileCase {
  /** As the original calls it: `Command Test: version`. */
  readonly title: string;
  /** What it needs: a container that runs, or only what is read once for all. */
  readonly lane: 'container' | 'reading';
  /** Why it cannot be judged. Empty for most. */
  readonly faults: readonly Fault[];
  /** A `docker` command that shows the same by hand. */
  readonly command?: string | undefined;
  readonly judge: () => Promise<Judgement>;
}
