import type { Digest } from '../kernel/digest.ts';
import type { Repository } from './contract.ts';
import { listInFallback, type FallbackOptions } from './fallback-index.ts';
import { putCompleteManifest, type CompleteManifest } from './put-complete-manifest.ts';

export interface AttachOptions extends FallbackOptions {
  /** The manifest that they belong to. */
  readonly subject: Digest;
  /** Manifests whose `subject` that is, in the order in which they are to be seen. */
  readonly artifacts: readonly CompleteManifest[];
}

/**
 * Puts artifacts beside a manifest, so that the referrers API lists them, or, where there is none, the index under
 * the fallback tag: none is lost, not even to other writers at the same time. Attaching the same bytes again changes
 * nothing. Returns their digests, in the order given.
 * @throws {RegistryError} as `putCompleteManifest` does
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests-with-subject
 */
export async function attachArtifacts(options: AttachOptions): Promise<readonly Digest[]> {
  const { repository, artifacts, subject } = options;
  const attached: Digest[] = [];
  for (const artifact of artifacts) {
    attached.push((await putCompleteManifest(repository, artifact)).digest);
  }
  // What the registry said when it took them is no proof: ECR says that it indexes subjects, and lists none.
  const listed = await listedDigests(repository, subject);
  const missing = attached.filter((digest) => !listed.has(digest));
  if (missing.length > 0) await listInFallback(subject, missing, options);
  return attached;
}

async function listedDigests(
  repository: Repository,
  subject: Digest,
): Promise<ReadonlySet<Digest>> {
  const referrers = await repository.manifests.referrers(subject);
  return new Set(referrers.map(({ digest }) => digest));
}
