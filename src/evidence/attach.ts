import { Readable } from 'node:stream';
import { digestOf, type Digest } from '../kernel/digest.ts';
import type { BlobSource, Descriptor, Repository } from '../registry/contract.ts';
import { OCI_MANIFEST } from '../registry/media-types.ts';
import { putCompleteManifest } from '../registry/put-complete-manifest.ts';
import {
  EMPTY_CONFIG,
  renderAttestationManifest,
  type BundleToAttach,
} from './attestation-manifest.ts';
import { listInFallback, type FallbackOptions } from './fallback-index.ts';

export interface AttachOptions extends FallbackOptions {
  /** Manifest of the image, which the repository has. */
  readonly subject: Pick<Descriptor, 'mediaType' | 'digest' | 'size'>;
  /** In the order in which they are to be seen: the one that decides comes last. */
  readonly bundles: readonly BundleToAttach[];
}

/**
 * Ties bundles to an image that is in the repository, so that the referrers API lists them, or, where there is
 * none, the fallback tag. Attaching the same bytes again changes nothing. Returns their manifest digests.
 */
export async function attachBundles(options: AttachOptions): Promise<readonly Digest[]> {
  const { repository, bundles, subject } = options;
  const attached: Digest[] = [];
  for (const bundle of bundles) {
    const { digest } = await putCompleteManifest(repository, {
      bytes: renderAttestationManifest(bundle, subject),
      mediaType: OCI_MANIFEST,
      blobs: [EMPTY_CONFIG, Buffer.from(bundle.bundle)].map(blobOf),
    });
    attached.push(digest);
  }
  // What the registry said when it took them is no proof: ECR says that it indexes subjects, and lists none.
  const listed = await listedDigests(repository, subject.digest);
  const missing = attached.filter((digest) => !listed.has(digest));
  if (missing.length > 0) await listInFallback(subject.digest, missing, options);
  return attached;
}

async function listedDigests(
  repository: Repository,
  subject: Digest,
): Promise<ReadonlySet<Digest>> {
  const referrers = await repository.manifests.referrers(subject);
  return new Set(referrers.map(({ digest }) => digest));
}

function blobOf(bytes: Uint8Array): BlobSource {
  return {
    digest: digestOf(bytes),
    sizeBytes: bytes.length,
    open: (offset) => Readable.from([bytes.subarray(offset)], { objectMode: false }),
  };
}
