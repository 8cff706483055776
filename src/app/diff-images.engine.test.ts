import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { connectEngine } from '../engine/connect.ts';
import { buildScratchImage } from '../engine/testing/scratch-image.ts';
import { readContents } from '../evidence/image-contents.ts';
import { processEnvironment } from '../host/environment.ts';
import { diffImages, renderDiff } from './diff-images.ts';
import { createTestHost } from './testing/test-host.ts';

const engine = await connectEngine({ env: processEnvironment() });
const status = (version: string): string =>
  `Package: app\nStatus: install ok installed\nVersion: ${version}\n`;

describe('seatrial diff', () => {
  it('tells settings, packages and files of two images of the engine in three forms', async () => {
    await using before = await buildScratchImage(engine, {
      command: ['/a'],
      files: { '/var/lib/dpkg/status': status('1'), '/etc/app|x': 'one' },
    });
    await using after = await buildScratchImage(engine, {
      command: ['/b'],
      files: { '/var/lib/dpkg/status': status('2'), '/etc/app|x': 'two', '/new`': '' },
    });
    const host = { ...createTestHost('/'), env: processEnvironment() };

    const diff = await diffImages(host, { before: before.ref, after: after.ref });

    expect(diff).toMatchObject({
      settings: [
        { name: 'CMD', before: '["/a"]', after: '["/b"]' },
        { name: 'LABEL seatrial.scratch-image' },
      ],
      packages: [{ kind: 'deb', name: 'app', before: '1', after: '2' }],
      files: [
        { path: '/etc/app|x', change: 'changed', what: ['content'] },
        { path: '/new`', change: 'added' },
      ],
      layers: { before: 2, after: 2, shared: 1 },
    });
    const text = renderDiff(diff, 'text');
    expect(text).toContain('1 of 2 layers are the same');
    expect(text).toContain('    deb app: 1 → 2\n');
    expect(text).toContain('    changed /etc/app|x (content), 3 B\n');
    const markdown = renderDiff(diff, 'markdown');
    expect(markdown).toContain('| `deb app` | `1` | `2` |');
    expect(markdown).toContain(String.raw`- ${'`'}changed /etc/app\|x (content), 3 B${'`'}`);
    expect(markdown).toContain("- `added /new', 0 B`");
    expect(JSON.parse(renderDiff(diff, 'json'))).toMatchObject({ schema: 'seatrial.diff/1' });
  });

  it('needs both on the engine, and all of both: CHECK_IMAGE_UNKNOWN, IMAGE_UNREADABLE', async () => {
    await using image = await buildScratchImage(engine, {
      hasBusybox: false,
      files: { '/a': 'a' },
    });
    const host = { ...createTestHost('/'), env: processEnvironment() };
    const cut = {
      ...engine.images,
      save: async (id: string) => {
        const tar = await buffer(await engine.images.save(id));
        return Readable.from([tar.subarray(0, 700)]);
      },
    };

    await expect(
      diffImages(host, { before: 'seatrial-scratch/none', after: image.ref }),
    ).rejects.toMatchObject({ code: 'CHECK_IMAGE_UNKNOWN', exitCode: 2 });
    await expect(
      readContents(cut, image.record, new AbortController().signal),
    ).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE', exitCode: 3 });
  });
});
