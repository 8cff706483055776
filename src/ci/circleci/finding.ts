import type { CallStack, Origin } from './tree.ts';

export type Severity = 'error' | 'warning' | 'info';

/** Something that is wrong, or may be, at a place of a file. */
export interface Finding {
  /** Stable name of the kind of problem, or the id of a lint. */
  readonly code: string;
  readonly severity: Severity;
  readonly origin: Origin;
  /** One sentence: what is wrong, with the value. */
  readonly message: string;
  /** What CircleCI itself says of it, so that a search for its message leads here. */
  readonly official?: string | undefined;
  /** One sentence: what to write instead. */
  readonly suggestion?: string | undefined;
  /** The other place that it takes two of. */
  readonly related?: Origin | undefined;
  /** How expansion came there. */
  readonly calls?: CallStack | undefined;
}

/** What the file alone does not say, and so was not looked at. */
export interface NotChecked {
  /** `orb circleci/node@5`. */
  readonly subject: string;
  readonly why: string;
}

/** Where the parts of one check put what they find. The same problem at the same place is kept once. */
export interface Findings {
  add(finding: Finding): void;
  skip(notChecked: NotChecked): void;
  readonly all: readonly Finding[];
  readonly notChecked: readonly NotChecked[];
}

export function collectFindings(): Findings {
  const all: Finding[] = [];
  const known = new Set<string>();
  const notChecked = new Map<string, NotChecked>();
  return {
    all,
    get notChecked() {
      return [...notChecked.values()];
    },
    add: (finding) => {
      const { source, start } = finding.origin;
      const key = `${source.file}\n${start}\n${finding.code}\n${finding.message}`;
      if (known.has(key)) return;
      known.add(key);
      all.push(finding);
    },
    skip: (one) => notChecked.set(one.subject, one),
  };
}
