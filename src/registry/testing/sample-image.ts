import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { digestOf, type Digest } from '../../kernel/digest.ts';
import type { BlobSource, Manifest, Repository } from '../contract.ts';
import { OCI_MANIFEST } from '../media-types.ts';

/** A blob in memory that can be opened at any offset, in pieces of 64 KiB as from a file. */
export function memoryBlob(bytes: Uint8Array): BlobSource {
  return {
    digest: digestOf(bytes),
    sizeBytes: bytes.length,
    open: (offset) => Readable.from(pieces(bytes, offset), { objectMode: false }),
  };
}

/** A blob that no other test has. */
export function randomBlob(sizeBytes: number): BlobSource {
  return memoryBlob(randomBytes(sizeBytes));
}

function* pieces(bytes: Uint8Array, offset: number): Generator<Uint8Array> {
  for (let at = offset; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';

/** Uploads the blobs of a small image and returns its manifest, not yet put. */
export async function uploadSampleImage(
  repository: Repository,
  options: { readonly subject?: Manifest; readonly artifactType?: string } = {},
): Promise<Manifest> {
  const layer = randomBlob(1000);
  const config = memoryBlob(Buffer.from(JSON.stringify({ made: randomBytes(8).toString('hex') })));
  await repository.blobs.upload(layer);
  await repository.blobs.upload(config);
  return manifestOf({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    ...(options.artifactType === undefined ? {} : { artifactType: options.artifactType }),
    config: { mediaType: CONFIG_TYPE, digest: config.digest, size: config.sizeBytes },
    layers: [{ mediaType: LAYER_TYPE, digest: layer.digest, size: layer.sizeBytes }],
    ...(options.subject === undefined ? {} : { subject: descriptorOf(options.subject) }),
  });
}

export function manifestOf(document: object, mediaType: string = OCI_MANIFEST): Manifest {
  const bytes = Buffer.from(JSON.stringify(document));
  return { bytes, mediaType, digest: digestOf(bytes) };
}

export function descriptorOf(manifest: Manifest): {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
} {
  return { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.length };
}
