import { describe, expect, it } from 'vitest';
import type { ImageRecord } from '../../../engine/contract.ts';
import { staticChecks } from '../testing/judge-still.ts';
import { readStill } from '../testing/still-image.ts';

const MB = 1024 ** 2;
const TITLE = 'org.opencontainers.image.title';
const allLabels = {
  [TITLE]: 'app',
  'org.opencontainers.image.source': 'https://example.org/app',
  'org.opencontainers.image.revision': 'abc',
  'org.opencontainers.image.version': '2',
  'org.opencontainers.image.licenses': 'MIT',
  'org.opencontainers.image.created': '2026-01-01T00:00:00Z',
};

type Side = Pick<ImageRecord, 'sizeBytes'> & { readonly labels?: Record<string, string> };

/** What a check says of an image beside its last release. */
async function told(
  id: string,
  [now, release]: readonly [Side, Side],
  maxSizeBytes?: number,
): Promise<string> {
  const { facts, subject } = await readStill({ maxSizeBytes });
  const recordOf = ({ sizeBytes, labels = allLabels }: Side): ImageRecord => ({
    ...subject.image.record,
    sizeBytes,
    config: { ...subject.image.record.config, labels },
  });
  const previous = { ref: 'app:1', record: recordOf(release) };
  const image = { ...subject.image, record: recordOf(now), previous };
  const found = await staticChecks
    .find((each) => each.id === id)
    ?.run(facts, { ...subject, image });
  return `${found?.verdict ?? 'nothing'}: ${found?.message ?? ''}`;
}

describe('beside the last release', () => {
  it('an image tells how it has grown', async () => {
    const told11 = await told('size', [{ sizeBytes: 110 * MB }, { sizeBytes: 100 * MB }]);

    expect(told11).toMatch(/^pass: .*app:1 has 100\.0 MB \(\+10 %\)\.$/u);
    expect(await told('size', [{ sizeBytes: 50 * MB }, { sizeBytes: 100 * MB }])).toContain(
      '(-50 %)',
    );
  });

  it('one that is a fifth larger is a warning, unless it is small or its owner has said how large it may be', async () => {
    const [large, before] = [{ sizeBytes: 130 * MB }, { sizeBytes: 100 * MB }];

    expect(await told('size', [large, before])).toMatch(/^warn: .*\(\+30 %\)/u);
    expect(await told('size', [large, before], 200 * MB)).toMatch(/^pass: /u);
    expect(await told('size', [{ sizeBytes: 2 * MB }, { sizeBytes: MB }])).toMatch(/^pass: /u);
  });

  it('a label that is gone is a warning', async () => {
    const { [TITLE]: _, ...labels } = allLabels;
    const same = await told('labels', [{ sizeBytes: 1 }, { sizeBytes: 1 }]);

    expect(same).toMatch(/^pass: /u);
    expect(await told('labels', [{ sizeBytes: 1, labels }, { sizeBytes: 1 }])).toBe(
      `warn: Has no longer what app:1 says: ${TITLE}.`,
    );
  });
});
