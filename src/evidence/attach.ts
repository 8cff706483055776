import type { Digest } from '../kernel/digest.ts';
import { attachArtifacts } from '../registry/attach-artifacts.ts';
import { bytesBlob, emptyBlob } from '../registry/blob-sources.ts';
import type { Descriptor } from '../registry/contract.ts';
import type { FallbackOptions } from '../registry/fallback-index.ts';
import { OCI_MANIFEST } from '../registry/media-types.ts';
import { renderAttestationManifest, type BundleToAttach } from './attestation-manifest.ts';

export interface AttachOptions extends FallbackOptions {
  /** Manifest of the image, which the repository has. */
  readonly subject: Pick<Descriptor, 'mediaType' | 'digest' | 'size'>;
  /** In the order in which they are to be seen: the one that decides comes last. */
  readonly bundles: readonly BundleToAttach[];
}

/**
 * Ties bundles to an image that is in the repository, so that everyone finds them. Attaching the same bytes again
 * changes nothing. Returns their manifest digests.
 */
export async function attachBundles(options: AttachOptions): Promise<readonly Digest[]> {
  const { subject, bundles } = options;
  return await attachArtifacts({
    ...options,
    subject: subject.digest,
    artifacts: bundles.map((bundle) => ({
      bytes: renderAttestationManifest(bundle, subject),
      mediaType: OCI_MANIFEST,
      blobs: [emptyBlob, bytesBlob(Buffer.from(bundle.bundle))],
    })),
  });
}
