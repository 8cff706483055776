import { describe, expect, it } from 'vitest';
import { digestOf } from '../kernel/digest.ts';
import { childrenOf } from './index-children.ts';
import { OCI_INDEX, OCI_MANIFEST } from './media-types.ts';
import { manifestOf } from './testing/sample-image.ts';

const image = {
  mediaType: OCI_MANIFEST,
  digest: digestOf('amd64'),
  size: 3,
  platform: { os: 'linux', architecture: 'amd64' },
};
const attestation = {
  ...image,
  digest: digestOf('attestation'),
  platform: { os: 'unknown', architecture: 'unknown' },
  annotations: {
    'vnd.docker.reference.type': 'attestation-manifest',
    'vnd.docker.reference.digest': image.digest,
  },
};

function found(...manifests: readonly object[]): ReturnType<typeof childrenOf> {
  return childrenOf(manifestOf({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }, OCI_INDEX));
}

describe('what is in an index', () => {
  it('are images by platform, and attestations of BuildKit, which nobody pulls', () => {
    const v7 = {
      ...image,
      digest: digestOf('v7'),
      platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
    };

    expect(found(attestation, image, v7)).toEqual({
      images: [
        { digest: image.digest, platform: 'linux/amd64', isIndex: false },
        { digest: v7.digest, platform: 'linux/arm/v7', isIndex: false },
      ],
      attestations: [attestation.digest],
    });
  });

  it.each([
    ['no platform at all, which any engine may take', { platform: undefined }, '?'],
    ['half a platform', { platform: { os: 'unknown' } }, '?'],
    ['an unknown platform and no word that it is an attestation', { annotations: {} }],
    [
      'an unknown platform and is the attestation of something else',
      {
        annotations: {
          ...attestation.annotations,
          'vnd.docker.reference.digest': digestOf('elsewhere'),
        },
      },
    ],
    [
      'a real platform, and calls itself an attestation',
      { platform: image.platform },
      'linux/amd64',
    ],
  ])('is an image, too, when it has %s', (_, change, platform = 'unknown/unknown') => {
    const children = found(image, { ...attestation, ...change });

    expect(children?.attestations).toEqual([]);
    expect(children?.images[1]).toEqual({
      digest: attestation.digest,
      platform,
      isIndex: false,
    });
  });

  it('may be an index, which is none of its images', () => {
    expect(found({ ...image, mediaType: OCI_INDEX })?.images[0]?.isIndex).toBe(true);
  });

  it('is nothing where there is no index', () => {
    const manifest = manifestOf({ schemaVersion: 2, mediaType: OCI_MANIFEST, config: image });

    expect(childrenOf(manifest)).toBeUndefined();
  });
});
