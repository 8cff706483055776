import { hexOf, type Digest } from './digest.ts';

const KEEP_TAG = /^keep-[a-f0-9]{12}$/u;
const CANDIDATE_TAG = /^candidate-[a-f0-9]{16}$/u;
/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema */
const REFERRERS_TAG = /^sha256-[a-f0-9]{64}(?:\.|$)/u;

/** The tag that keeps a digest from being collected. It says nothing of what the digest is. */
export function keepTag(digest: Digest): string {
  return `keep-${hexOf(digest).slice(0, 12)}`;
}

export function isKeepTag(tag: string): boolean {
  return KEEP_TAG.test(tag);
}

/**
 * The tag under which an engine pushes an image before it is released: engines push no digests. It is the same for
 * the same image, so that a run after one that was killed finds it, uses it and removes it.
 * @param imageId as the engine has it
 */
export function candidateTag(imageId: Digest): string {
  return `candidate-${hexOf(imageId).slice(0, 16)}`;
}

export function isCandidateTag(tag: string): boolean {
  return CANDIDATE_TAG.test(tag);
}

/**
 * Whether the name is for what is no release: digests that are kept, candidates of an engine, evidence and records of
 * an image, and lists of them (`keep-<12 digits>`, `candidate-<16 digits>`, `sha256-<hex>`, `sha256-<hex>.att-…`).
 */
export function isReservedTag(tag: string): boolean {
  return isKeepTag(tag) || isCandidateTag(tag) || REFERRERS_TAG.test(tag);
}
