import { hexOf, type Digest } from '../kernel/digest.ts';

const CANDIDATE = /^candidate-[a-f0-9]{16}$/u;

/**
 * The tag under which an engine pushes an image before it is released: engines push no digests. It is the same for
 * the same image, so that a run after one that was killed finds it, uses it and removes it.
 */
export function candidateTagOf(imageId: Digest): string {
  return `candidate-${hexOf(imageId).slice(0, 16)}`;
}

export function isCandidateTag(tag: string): boolean {
  return CANDIDATE.test(tag);
}
