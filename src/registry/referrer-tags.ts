import { hexOf, type Digest } from '../kernel/digest.ts';

/**
 * Where clients without the referrers API keep the list of what belongs to a manifest.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema
 */
export function fallbackTag(subject: Digest): string {
  return `sha256-${hexOf(subject)}`;
}

const UNIQUE_LENGTH = 12;

/** One tag per artifact: it keeps the manifest from being collected, and no other writer ever takes it. */
export function uniqueTag(subject: Digest, artifact: Digest): string {
  return `${fallbackTag(subject)}.att-${hexOf(artifact).slice(0, UNIQUE_LENGTH)}`;
}

export function isUniqueTagOf(tag: string, subject: Digest): boolean {
  return tag.startsWith(`${fallbackTag(subject)}.att-`);
}
