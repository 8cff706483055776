import { digestOf, type Digest } from './digest.ts';

/**
 * The name of a piece of work: equal inputs, equal key. Inputs are kept one by one, so that two keys can be
 * compared and the difference named ("context:src/main.c changed").
 */
export interface ContentKey {
  readonly digest: Digest;
  /** Input name to the digest or short value of that input. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** Raised when the meaning of keys changes, so that no old result is taken for a new one. */
const KEY_VERSION = '1';

export function contentKey(kind: string, inputs: Readonly<Record<string, string>>): ContentKey {
  const sorted = Object.fromEntries(Object.entries(inputs).sort(byName));
  return { digest: digestOf(JSON.stringify([KEY_VERSION, kind, sorted])), inputs: sorted };
}

export interface InputChange {
  readonly input: string;
  readonly change: 'added' | 'removed' | 'changed';
}

/** Which inputs differ, sorted by name. */
export function compareInputs(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): readonly InputChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((input): readonly InputChange[] => {
    if (before[input] === after[input]) return [];
    if (before[input] === undefined) return [{ input, change: 'added' }];
    if (after[input] === undefined) return [{ input, change: 'removed' }];
    return [{ input, change: 'changed' }];
  });
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}
