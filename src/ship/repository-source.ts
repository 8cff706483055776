import { buffer } from 'node:stream/consumers';
import type { Manifest, Repository } from '../registry/contract.ts';
import { manifestMediaTypes } from '../registry/media-types.ts';
import { MAX_DOCUMENT_BYTES, type ImageSource } from './image-source.ts';

/** An image in a registry, from a manifest or an index that was read there. */
export function sourceInRepository(repository: Repository, root: Manifest): ImageSource {
  const { manifests, blobs } = repository;
  return {
    entries: [{ digest: root.digest, mediaType: root.mediaType, size: root.bytes.length }],
    readDocument: async ({ digest, mediaType }) => {
      if (digest === root.digest) return Buffer.from(root.bytes);
      if (manifestMediaTypes.includes(mediaType)) {
        const manifest = await manifests.read(digest);
        return manifest && Buffer.from(manifest.bytes);
      }
      const blob = await blobs.read(digest, MAX_DOCUMENT_BYTES);
      return blob && (await buffer(blob.stream));
    },
    openLayer: async ({ digest, size }) => {
      const blob = await blobs.read(digest, size);
      return blob?.stream;
    },
  };
}
