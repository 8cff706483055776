import { digestOf, hexOf, type Digest } from '../kernel/digest.ts';
import type { Reading } from '../kernel/image-reference.ts';
import type { Descriptor, Manifest } from '../registry/contract.ts';
import { parseManifest } from '../registry/manifest-document.ts';
import { OCI_MANIFEST } from '../registry/media-types.ts';
import type { WireManifest } from '../registry/wire.ts';
import { BUNDLE_TYPE, MAX_BUNDLE_BYTES } from './bundle.ts';

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidance-for-an-empty-descriptor */
const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json';
export const EMPTY_CONFIG = Buffer.from('{}');

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
      config: { mediaType: EMPTY_TYPE, digest: digestOf(EMPTY_CONFIG), size: EMPTY_CONFIG.length },
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
  if (kindOf(parsed.document) !== BUNDLE_TYPE) return undefined;
  if (named?.digest !== subject)
    return { ok: false, problem: `belongs to ${named?.digest ?? 'no image'}` };
  const [layer] = layers;
  if (layer === undefined || layers.length !== 1 || layer.mediaType !== BUNDLE_TYPE)
    return { ok: false, problem: 'does not hold exactly one bundle' };
  if (layer.size > MAX_BUNDLE_BYTES)
    return { ok: false, problem: `holds a bundle of ${layer.size} bytes, which is too large` };
  return { ok: true, value: { bundle: { digest: layer.digest, sizeBytes: layer.size } } };
}

/**
 * How clients without the referrers API find it: the entry of a list.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
 */
export function referrerOf(manifest: Manifest): Descriptor | undefined {
  const parsed = parseManifest(manifest.bytes, manifest.mediaType);
  if (!parsed.ok) return undefined;
  const { annotations } = parsed.document;
  const artifactType = kindOf(parsed.document);
  return {
    mediaType: parsed.mediaType,
    digest: manifest.digest,
    size: manifest.bytes.length,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations ? { annotations } : {}),
  };
}

/** What a manifest is, by its own word; lists of registries say other things of it. */
function kindOf({ artifactType, config }: WireManifest): string | undefined {
  return artifactType ?? config?.mediaType;
}

/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema */
export function fallbackTag(subject: Digest): string {
  return `sha256-${hexOf(subject)}`;
}

const UNIQUE_LENGTH = 12;

/** One tag per attestation: it keeps the manifest from being collected, and no other writer ever takes it. */
export function uniqueTag(subject: Digest, attestation: Digest): string {
  return `${fallbackTag(subject)}.att-${hexOf(attestation).slice(0, UNIQUE_LENGTH)}`;
}

export function isUniqueTagOf(tag: string, subject: Digest): boolean {
  return tag.startsWith(`${fallbackTag(subject)}.att-`);
}
