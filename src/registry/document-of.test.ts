import { describe, expect, it } from 'vitest';
import { documentOf } from './document-of.ts';
import { emptyDescriptor } from './blob-sources.ts';
import { OCI_INDEX, OCI_MANIFEST } from './media-types.ts';
import { manifestOf } from './testing/sample-image.ts';

describe('what a manifest says', () => {
  it('has a configuration and layers, or manifests', () => {
    const image = manifestOf({ schemaVersion: 2, config: emptyDescriptor, layers: [] });
    const index = manifestOf({ schemaVersion: 2, manifests: [emptyDescriptor] }, OCI_INDEX);

    expect(documentOf(image)).toMatchObject({ config: emptyDescriptor, layers: [] });
    expect(documentOf(index)).toMatchObject({ manifests: [emptyDescriptor] });
  });

  it('is MANIFEST_INVALID when it could be taken for both', () => {
    const both = manifestOf({ schemaVersion: 2, config: emptyDescriptor, manifests: [] });

    expect(() => documentOf(both)).toThrowError(
      expect.objectContaining({ code: 'MANIFEST_INVALID' }),
    );
    expect(both.mediaType).toBe(OCI_MANIFEST);
  });
});
