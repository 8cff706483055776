import { renderPlatform } from '../kernel/platform.ts';
import type { Digest } from '../kernel/digest.ts';
import type { Manifest } from './contract.ts';
import { parseManifest } from './manifest-document.ts';
import { isIndexType } from './media-types.ts';
import type { WireDescriptor } from './wire.ts';

/** One image of an index. */
export interface IndexChild {
  readonly digest: Digest;
  /** `linux/arm64/v8`; `?` where the index does not say. */
  readonly platform: string;
  /** Whether it is an index itself, of which nothing is known here. */
  readonly isIndex: boolean;
}

export interface IndexChildren {
  /** Whatever an engine may get when somebody pulls the index, in its order. */
  readonly images: readonly IndexChild[];
  /** Attestations of BuildKit, which belong to images of the index and are pulled by nobody. */
  readonly attestations: readonly Digest[];
}

/** What is in an index; absent for a manifest of one image, and for what is neither. */
export function childrenOf(manifest: Manifest): IndexChildren | undefined {
  const parsed = parseManifest(manifest.bytes, manifest.mediaType);
  const children = parsed.ok ? parsed.document.manifests : undefined;
  if (children === undefined) return undefined;
  const isCarried = (child: WireDescriptor): boolean => isAttestation(child, children);
  return {
    images: children.filter((child) => !isCarried(child)).map(toChild),
    attestations: children.filter(isCarried).map(({ digest }) => digest),
  };
}

/**
 * Only what no engine takes for its own platform is let through: it says that it is for none, what it is, and whose.
 * @see https://github.com/moby/buildkit/blob/v0.23.0/docs/attestations/attestation-storage.md
 */
function isAttestation(
  { platform, annotations }: WireDescriptor,
  siblings: readonly WireDescriptor[],
): boolean {
  return (
    platform?.os === 'unknown' &&
    platform.architecture === 'unknown' &&
    annotations?.['vnd.docker.reference.type'] === 'attestation-manifest' &&
    siblings.some(({ digest }) => digest === annotations['vnd.docker.reference.digest'])
  );
}

function toChild({ digest, platform, mediaType }: WireDescriptor): IndexChild {
  const { os, architecture, variant } = platform ?? {};
  return {
    digest,
    platform:
      os === undefined || architecture === undefined
        ? '?'
        : renderPlatform({ os, architecture, ...(variant === undefined ? {} : { variant }) }),
    isIndex: isIndexType(mediaType),
  };
}
