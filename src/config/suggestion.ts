import { distance } from 'fastest-levenshtein';

/**
 * The candidate that was probably meant: the nearest one, when no more than a third of the letters differ.
 * Case, `-` and `_` do not count, and two letters swapped are one difference. Absent when nothing is near.
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  let best: { readonly candidate: string; readonly edits: number } | undefined;
  for (const candidate of candidates) {
    const edits = editsBetween(normalise(word), normalise(candidate));
    const length = Math.max(word.length, candidate.length);
    const allowed = length < 2 ? 0 : Math.max(1, Math.floor(length / 3));
    if (edits <= allowed && (best === undefined || edits < best.edits)) best = { candidate, edits };
  }
  return best?.candidate;
}

/** "Did you mean `x`?", or absent when nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const candidate = closest(word, candidates);
  return candidate === undefined ? undefined : `Did you mean \`${candidate}\`?`;
}

function editsBetween(word: string, candidate: string): number {
  return isSwap(word, candidate) ? 1 : distance(word, candidate);
}

function isSwap(word: string, candidate: string): boolean {
  if (word.length !== candidate.length) return false;
  const at = word.split('').findIndex((letter, index) => letter !== candidate[index]);
  if (at === -1) return false;
  return (
    word[at] === candidate[at + 1] &&
    word[at + 1] === candidate[at] &&
    word.slice(at + 2) === candidate.slice(at + 2)
  );
}

function normalise(word: string): string {
  return word.toLowerCase().replaceAll('_', '').replaceAll('-', '');
}
