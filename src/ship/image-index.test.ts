import { describe, expect, it } from 'vitest';
import { digestOf } from '../kernel/digest.ts';
import { platformInIndex, renderIndex, type IndexedImage } from './image-index.ts';
import { mediaTypes } from './packed-image.ts';

function image(platform: string): IndexedImage {
  const [os = '', architecture = '', variant] = platform.split('/');
  return {
    manifest: { digest: digestOf(platform), sizeBytes: 7, mediaType: mediaTypes.manifest },
    platform: platformInIndex(
      JSON.stringify({ os, architecture, variant, created: 'now' }),
      platform,
    ),
  };
}

describe('an index', () => {
  it('has equal bytes for equal images, in whichever order they were named', () => {
    const [amd64, arm64, armv7] = ['linux/amd64', 'linux/arm64', 'linux/arm/v7'].map(image);
    if (!amd64 || !arm64 || !armv7) throw new Error('no images');

    const index = renderIndex([arm64, armv7, amd64]);

    expect(index).toBe(renderIndex([amd64, arm64, armv7]));
    expect(index).toBe(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.index.v1+json',
        manifests: [
          { ...descriptor('linux/amd64'), platform: { architecture: 'amd64', os: 'linux' } },
          {
            ...descriptor('linux/arm/v7'),
            platform: { architecture: 'arm', os: 'linux', variant: 'v7' },
          },
          { ...descriptor('linux/arm64'), platform: { architecture: 'arm64', os: 'linux' } },
        ],
      }),
    );
  });

  it.each([
    ['{"os":"linux","architecture":"arm64","variant":"v8"}', 'linux/arm64', 'v8'],
    ['{"os":"linux","architecture":"arm"}', 'linux/arm/v6', 'v6'],
    ['{"os":"linux","architecture":"amd64"}', 'linux/amd64', undefined],
  ])(
    'lists an image with the config %s, asked for %s, with the variant %s',
    (config, asked, variant) => {
      expect(platformInIndex(config, asked).variant).toBe(variant);
    },
  );

  it.each([
    ['{"os":"linux","architecture":"amd64"}', 'linux/arm64', 'is for linux/amd64'],
    ['{"os":"linux","architecture":"arm","variant":"v7"}', 'linux/arm/v6', 'is for linux/arm/v7'],
    ['{"os":"linux"}', 'linux/arm64', 'its config does not say what it runs on'],
  ])(
    'takes no image with the config %s that was asked for %s: PLATFORM_MISMATCH',
    (config, asked, what) => {
      expect(() => platformInIndex(config, asked)).toThrow(
        expect.objectContaining({
          code: 'PLATFORM_MISMATCH',
          exitCode: 1,
          message: `the image that was built for ${asked} ${what}`,
        }),
      );
    },
  );
});

function descriptor(platform: string): object {
  return {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: digestOf(platform),
    size: 7,
  };
}
