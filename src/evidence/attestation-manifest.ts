import { digestOf, type Digest } from '../kernel/digest.ts';
import type { Reading } from '../kernel/image-reference.ts';
import { emptyDescriptor } from '../registry/blob-sources.ts';
import type { Descriptor, Manifest } from '../registry/contract.ts';
import { artifactTypeOf, parseManifest } from '../registry/manifest-document.ts';
import { OCI_MANIFEST } from '../registry/media-types.ts';
import { BUNDLE_TYPE, MAX_BUNDLE_BYTES } from './bundle.ts';

export interface BundleToAttach {
  readonly bundle: string;
  readonly predicateType: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/**
 * The manifest that ties a bundle to an image, as cosign writes and looks for it. Equal input, equal bytes.
 * @see https://github.com/sigstore/cosign/blob/v3.1.2/specs/BUNDLE_SPEC.md
 */
export function renderAttestationManifest(
  { bundle, predicateType, createdAt }: BundleToAttach,
  subject: Pick<Descriptor, 'mediaType' | 'digest' | 'size'>,
): Buffer {
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      artifactType: BUNDLE_TYPE,
      config: emptyDescriptor,
      layers: [
        { mediaType: BUNDLE_TYPE, digest: digestOf(bundle), size: Buffer.byteLength(bundle) },
      ],
      subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
      annotations: {
        'dev.sigstore.bundle.content': 'dsse-envelope',
        'dev.sigstore.bundle.predicateType': predicateType,
        'org.opencontainers.image.created': createdAt,
      },
    }),
  );
}

/** What a manifest says of the bundle that it ties to an image. */
export interface AttestationManifest {
  readonly bundle: { readonly digest: Digest; readonly sizeBytes: number };
}

/** Absent: the manifest is some other artifact, which is nobody's fault. */
export function parseAttestationManifest(
  manifest: Manifest,
  subject: Digest,
): Reading<AttestationManifest> | undefined {
  const parsed = parseManifest(manifest.bytes, manifest.mediaType);
  if (!parsed.ok) return parsed;
  const { layers = [], subject: named } = parsed.document;
  if (artifactTypeOf(parsed.document) !== BUNDLE_TYPE) return undefined;
  if (named?.digest !== subject)
    return { ok: false, problem: `belongs to ${named?.digest ?? 'no image'}` };
  const [layer] = layers;
  if (layer === undefined || layers.length !== 1 || layer.mediaType !== BUNDLE_TYPE)
    return { ok: false, problem: 'does not hold exactly one bundle' };
  if (layer.size > MAX_BUNDLE_BYTES)
    return { ok: false, problem: `holds a bundle of ${layer.size} bytes, which is too large` };
  return { ok: true, value: { bundle: { digest: layer.digest, sizeBytes: layer.size } } };
}
