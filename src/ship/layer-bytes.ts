import { pipeline, type Readable, type Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { ShipError } from './errors.ts';

/**
 * What a layer may be: OCI's names and Docker's.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md
 */
const FORMS: ReadonlyMap<string, (() => Transform) | undefined> = new Map<
  string,
  (() => Transform) | undefined
>([
  ['application/vnd.oci.image.layer.v1.tar+gzip', createGunzip],
  ['application/vnd.oci.image.layer.v1.tar+zstd', createZstdDecompress],
  ['application/vnd.oci.image.layer.v1.tar', undefined],
  ['application/vnd.docker.image.rootfs.diff.tar.gzip', createGunzip],
  ['application/vnd.docker.image.rootfs.diff.tar.zstd', createZstdDecompress],
  ['application/vnd.docker.image.rootfs.diff.tar', undefined],
]);

/**
 * The tar in a layer. A source that fails ends it with the same error.
 * @throws {ShipError} IDENTITY_BROKEN for a layer that is kept elsewhere, or of a form that nobody can check
 */
export function unpackLayer(mediaType: string, source: Readable): Readable {
  if (!FORMS.has(mediaType)) {
    source.destroy();
    throw new ShipError(
      'IDENTITY_BROKEN',
      `a layer of type ${JSON.stringify(mediaType.slice(0, 100))} cannot be checked`,
      { hint: 'Build the image so that its layers are tar files, plain or in gzip or zstd.' },
    );
  }
  const unpack = FORMS.get(mediaType)?.();
  if (unpack === undefined) return source;
  // Whoever reads the tar gets the error.
  pipeline(source, unpack, () => undefined);
  return unpack;
}
