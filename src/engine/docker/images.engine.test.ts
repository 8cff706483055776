import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { expect, test } from 'vitest';
import { processEnvironment } from '../../host/environment.ts';
import { connectEngine } from '../connect.ts';
import { packEntries } from '../image-archive.ts';
import { buildScratchImage } from '../testing/scratch-image.ts';

const { images } = await connectEngine({ env: processEnvironment() });
const engine = await connectEngine({ env: processEnvironment() });

test('an image that is not there is absent, also by id and digest', async () => {
  const digest = `sha256:${'0'.repeat(64)}`;

  const found = await Promise.all(
    ['no/such:image', digest, `no/such@${digest}`].map((ref) => images.inspect(ref)),
  );

  expect(found).toEqual([undefined, undefined, undefined]);
});

test('an image is tagged, listed by label and untagged', async () => {
  const mark = randomUUID();
  await using image = await buildScratchImage(engine, { labels: { mark }, hasBusybox: false });

  await images.tag(image.record.id, `seatrial-scratch/${mark}`, 'two');
  const listed = await images.list([`mark=${mark}`]);
  await images.remove(`seatrial-scratch/${mark}:two`);
  await images.remove(`seatrial-scratch/${mark}:two`);
  const after = await images.inspect(image.record.id);

  expect(listed).toHaveLength(1);
  expect(listed[0]?.tags).toContain(`seatrial-scratch/${mark}:two`);
  expect(after?.tags).toEqual([image.ref]);
});

test('a saved image is the tar that was loaded, in other words', async () => {
  await using image = await buildScratchImage(engine, { files: { '/hello': 'hello' } });
  const stream = await images.save(image.record.id);
  const names: string[] = [];

  for await (const entry of stream.pipe(extract())) {
    names.push(entry.header.name);
    entry.resume();
  }

  expect(names).toContain('manifest.json');
});

test('what is no image cannot be loaded: ENGINE_REFUSED_REQUEST', async () => {
  const tar = await packEntries([
    { path: '/manifest.json', contents: '[{"Config":"absent.json"}]' },
  ]);

  const loading = images.load(Readable.from([tar]));

  await expect(loading).rejects.toMatchObject({ exitCode: 3 });
});

test('a build gives the raw lines of BuildKit', async () => {
  const tag = `seatrial-scratch/${randomUUID()}`;
  const context = await packEntries([
    { path: '/Dockerfile', contents: 'FROM scratch\nARG A\nCOPY file /file\nLABEL a=$A\n' },
    { path: '/file', contents: 'contents' },
  ]);

  const lines = await text(
    await images.build(Readable.from([context]), {
      dockerfile: 'Dockerfile',
      tag,
      args: { A: 'b' },
      labels: { mark: tag },
    }),
  );

  const record = await images.inspect(tag);
  await images.remove(tag);
  expect(lines).toContain('moby.buildkit.trace');
  expect(record?.config.labels).toMatchObject({ a: 'b', mark: tag });
});
