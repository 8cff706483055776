import { describe, expect, it } from 'vitest';
import { digestOf } from '../kernel/digest.ts';
import { platformOfConfig, renderIndex, type IndexedImage } from './image-index.ts';
import { mediaTypes } from './packed-image.ts';

function image(platform: string): IndexedImage {
  const [os = '', architecture = '', variant] = platform.split('/');
  return {
    manifest: { digest: digestOf(platform), sizeBytes: 7, mediaType: mediaTypes.manifest },
    platform: platformOfConfig(JSON.stringify({ os, architecture, variant, created: 'now' })),
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

  it('with two images for one platform is INDEX_AMBIGUOUS', () => {
    const twins = [image('linux/arm64'), image('linux/arm64')];

    expect(() => renderIndex(twins)).toThrow(
      expect.objectContaining({
        code: 'INDEX_AMBIGUOUS',
        exitCode: 1,
        message: 'two images of the index are for linux/arm64: whoever pulls it would get either',
      }),
    );
  });

  it('takes no image whose config does not say what it runs on', () => {
    expect(() => platformOfConfig('{"os":"linux"}')).toThrow(
      expect.objectContaining({ code: 'IDENTITY_BROKEN' }),
    );
  });
});

function descriptor(platform: string): object {
  return {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: digestOf(platform),
    size: 7,
  };
}
