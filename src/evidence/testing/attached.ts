import type { Digest } from '../../kernel/digest.ts';
import type { Manifest, Repository } from '../../registry/contract.ts';
import { OCI_MANIFEST } from '../../registry/media-types.ts';
import {
  descriptorOf,
  manifestOf,
  memoryBlob,
  uploadSampleImage,
} from '../../registry/testing/sample-image.ts';
import { attachBundles } from '../attach.ts';
import type { BundleToAttach } from '../attestation-manifest.ts';
import { BUNDLE_TYPE } from '../bundle.ts';
import { predicateTypes } from '../statement.ts';
import { makeSigner, makeStatement } from './sample-evidence.ts';

const { signal } = new AbortController();
const signer = await makeSigner();

export async function makeBundle(digest: Digest, id = '1'): Promise<BundleToAttach> {
  return {
    bundle: await signer.sign(makeStatement(digest, { run: { id } })),
    predicateType: predicateTypes.testResult,
    createdAt: '2026-11-24T10:15:30.000Z',
  };
}

export async function pushImage(repository: Repository): Promise<Manifest> {
  const image = await uploadSampleImage(repository);
  await repository.manifests.put({ ...image, reference: 'candidate' });
  return image;
}

export async function attach(
  repository: Repository,
  image: Manifest,
  bundles: readonly BundleToAttach[],
): Promise<{ readonly digests: readonly Digest[]; readonly notices: readonly string[] }> {
  const notices: string[] = [];
  const digests = await attachBundles({
    repository,
    subject: descriptorOf(image),
    bundles,
    signal,
    onNotice: (message) => notices.push(message),
  });
  return { digests, notices };
}

/** An artifact of our kind about `image`, with these things changed. */
export async function plant(
  repository: Repository,
  image: Manifest,
  changes: { readonly bundle?: string | Buffer; readonly manifest?: object } = {},
): Promise<Manifest> {
  const contents = changes.bundle ?? (await makeBundle(image.digest)).bundle;
  const blob = memoryBlob(Buffer.from(contents));
  const config = memoryBlob(Buffer.from('{}'));
  await repository.blobs.upload(blob);
  await repository.blobs.upload(config);
  const manifest = manifestOf({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType: BUNDLE_TYPE,
    config: {
      mediaType: 'application/vnd.oci.empty.v1+json',
      digest: config.digest,
      size: config.sizeBytes,
    },
    layers: [{ mediaType: BUNDLE_TYPE, digest: blob.digest, size: blob.sizeBytes }],
    subject: descriptorOf(image),
    ...changes.manifest,
  });
  await repository.manifests.put(manifest);
  return manifest;
}
