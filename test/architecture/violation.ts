import type { SourceTree } from './tree.ts';

/** One broken rule, in words that need no look at the rule. */
export interface Violation {
  readonly rule: string;
  /** Path below the tree's root. */
  readonly file: string;
  readonly message: string;
}

/** A rule reads a tree and names what breaks it. It has no other input, so a planted tree can prove it. */
export type Rule = (tree: SourceTree) => readonly Violation[];
