import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { encodeStatus } from './trace-wire.ts';
import { readBuildMessages, type BuildMessage } from './trace.ts';

async function read(chunks: Iterable<Buffer | string>): Promise<readonly BuildMessage[]> {
  const messages: BuildMessage[] = [];
  for await (const message of readBuildMessages(Readable.from(chunks))) messages.push(message);
  return messages;
}

const TRACE = JSON.stringify({
  id: 'moby.buildkit.trace',
  aux: encodeStatus({
    vertexes: [
      {
        digest: 'sha256:1',
        inputs: ['sha256:0'],
        name: '[1/2] RUN écho',
        started: { seconds: 1_700_000_000, nanos: 500_000_000 },
        completed: { seconds: 1_700_000_001 },
        cached: true,
        error: 'no',
      },
      { digest: 'sha256:2' },
    ],
    statuses: [{ ID: 'pull', vertex: 'sha256:2', current: 1, total: 2 ** 40 }],
    logs: [{ vertex: 'sha256:1', stream: 2, msg: Buffer.from([0xc3]) }],
  }),
});
const IMAGE = JSON.stringify({ id: 'moby.image.id', aux: { ID: 'sha256:abc' } });

test('a trace becomes vertices with times, progress and output', async () => {
  const [message] = await read([`${TRACE}\n`]);

  expect(message).toEqual({
    type: 'trace',
    vertices: [
      {
        digest: 'sha256:1',
        inputs: ['sha256:0'],
        name: '[1/2] RUN écho',
        startedAtMs: 1_700_000_000_500,
        completedAtMs: 1_700_000_001_000,
        isCached: true,
        error: 'no',
      },
      { digest: 'sha256:2', inputs: [], name: '', isCached: false },
    ],
    statuses: [{ vertex: 'sha256:2', id: 'pull', name: '', current: 1, total: 2 ** 40 }],
    logs: [{ vertex: 'sha256:1', stream: 2, bytes: Buffer.from([0xc3]) }],
  });
});

test('messages are the same however the bytes are cut', async () => {
  const bytes = Buffer.from(`${TRACE}\n${JSON.stringify({ stream: 'ü\n' })}\n\n${IMAGE}\n`);
  const whole = await read([bytes]);

  const cut = await read([...bytes].map((byte) => Buffer.from([byte])));

  expect(cut).toEqual(whole);
  expect(whole.map(({ type }) => type)).toEqual(['trace', 'text', 'image']);
});

test('a failure and an image id of podman are understood; what is unknown is passed over', async () => {
  const messages = await read([
    '{"errorDetail":{"message":"broken"},"error":"broken"}\n',
    '{"error":"old"}\n{"id":"moby.new.thing","aux":[1]}\n{"aux":{"ID":"sha256:abc"}}',
  ]);

  expect(messages).toEqual([
    { type: 'failed', message: 'broken' },
    { type: 'failed', message: 'old' },
    { type: 'image', id: 'sha256:abc' },
  ]);
});

test('an answer that ends in the middle of a line is BUILD_INTERRUPTED', async () => {
  await expect(read([`${IMAGE}\n{"id":"moby.buil`])).rejects.toMatchObject({
    code: 'BUILD_INTERRUPTED',
  });
});

test('a connection that breaks is BUILD_INTERRUPTED', async () => {
  const broken = Readable.from(
    (function* () {
      yield `${TRACE}\n`;
      throw new Error('socket hang up');
    })(),
  );

  await expect(async () => {
    for await (const _ of readBuildMessages(broken));
  }).rejects.toMatchObject({ code: 'BUILD_INTERRUPTED', message: /socket hang up/u });
});

test.each([
  'not json\n',
  '[]\n',
  '{"id":"moby.buildkit.trace","aux":7}\n',
  '{"id":"moby.buildkit.trace","aux":"/////w=="}\n',
])('a line that is not of the protocol (%j) is BUILD_ANSWER_INVALID', async (line) => {
  await expect(read([line])).rejects.toMatchObject({ code: 'BUILD_ANSWER_INVALID' });
});
