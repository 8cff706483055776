import { parseReference, renderRepository } from '../kernel/image-reference.ts';
import { trustedProvenances, type JudgedBundle, type RuleVerdict } from './judged-evidence.ts';
import { basesOf, type BaseImage } from './provenance.ts';

/** Whether an image is built on nothing but what is allowed, says whoever is trusted. */
export function judgeBases(
  judged: readonly JudgedBundle[],
  allowed: readonly string[],
): RuleVerdict {
  const rule = 'bases';
  const provenances = trustedProvenances(judged);
  if (provenances.length === 0)
    return { rule, holds: false, message: 'no trusted provenance names the base images' };
  const bases: BaseImage[] = [];
  for (const { bundle } of provenances) {
    const named = basesOf(bundle.statement.predicate);
    if (named === undefined)
      return {
        rule,
        holds: false,
        message: `the provenance ${bundle.attestation} is of a builder whose base images are not known`,
      };
    bases.push(...named);
  }
  // An image of the same project is what its own bases are, and those are named as well.
  const outside = bases.filter(({ imageId }) => imageId === undefined);
  const refused = outside.find((each) => !allowed.some((pattern) => matchesBase(each, pattern)));
  return refused === undefined
    ? { rule, holds: true, message: `${outside.length} base images are allowed` }
    : { rule, holds: false, message: `${refused.reference} is not allowed as a base image` };
}

/** A pattern holds for what it says: without a tag for all tags, with a digest for that digest alone. */
function matchesBase(base: BaseImage, pattern: string): boolean {
  const found = parseReference(base.reference);
  if (!found.ok) return false;
  if (pattern.endsWith('/*')) {
    const prefix = parseReference(pattern.replace(/\*$/u, 'any'));
    const start = prefix.ok ? renderRepository(prefix.value).replace(/any$/u, '') : undefined;
    return start !== undefined && renderRepository(found.value).startsWith(start);
  }
  const wanted = parseReference(pattern);
  if (!wanted.ok || renderRepository(wanted.value) !== renderRepository(found.value)) return false;
  const { tag, digest } = wanted.value;
  if (digest !== undefined && digest !== (base.digest ?? found.value.digest)) return false;
  return tag === undefined || tag === (found.value.tag ?? 'latest');
}
