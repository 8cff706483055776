import type { CiEnvironment } from '../kernel/ci-environment.ts';

/**
 * The labels that say where an image comes from, and the user's own, which win. `created` is the time of
 * the commit, not of the build: the same commit gives the same labels anywhere. An image that a dirty working
 * tree went into says so in its revision.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md#pre-defined-annotation-keys
 */
export function toImageLabels(
  ci: CiEnvironment,
  own: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const revision =
    ci.commit !== undefined && ci.isDirty === true ? `${ci.commit}-dirty` : ci.commit;
  const known = {
    'org.opencontainers.image.source': ci.source,
    'org.opencontainers.image.revision': revision,
    'org.opencontainers.image.created': ci.committedAt,
    'org.opencontainers.image.version': ci.tag,
  };
  const present = Object.entries(known).flatMap(([name, value]): readonly [string, string][] =>
    value === undefined || value === '' ? [] : [[name, value]],
  );
  return { ...Object.fromEntries(present), ...own };
}
