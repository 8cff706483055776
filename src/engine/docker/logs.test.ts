import { expect, test } from 'vitest';
import { connectEngine } from '../connect.ts';
import type { Engine } from '../contract.ts';
import { startFakeEngine, type FakeEngine } from '../fixtures/fake-engine.ts';

const { signal } = new AbortController();

/** A line of stdout as the engine frames it. */
function frame(text: string): Buffer {
  const bytes = Buffer.from(text);
  const head = Buffer.alloc(8);
  head[0] = 1;
  head.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
}

/** An engine whose stream of a log breaks after so many lines, a number for each time it is asked. */
async function breakingAfter(
  counts: readonly number[],
): Promise<{ readonly fake: FakeEngine; readonly engine: Engine; readonly asked: () => number }> {
  const lines = ['one\n', 'two\n', 'three\n', 'four\n'];
  let asked = 0;
  const fake = await startFakeEngine((_, response) => {
    const count = counts[asked] ?? lines.length;
    asked += 1;
    response.writeHead(200);
    response.flushHeaders();
    for (const line of lines.slice(0, count)) response.write(frame(line));
    if (count < lines.length) setTimeout(() => response.destroy(), 20);
    else response.end();
  });
  return { fake, engine: await connectEngine({ env: {}, host: fake.host }), asked: () => asked };
}

test('a log whose stream breaks is taken up where it broke, and no line comes twice', async () => {
  const { fake, engine, asked } = await breakingAfter([2, 2, 3]);
  await using _fake = fake;
  let heard = '';

  await engine.containers.followLogs(
    'x',
    (text) => {
      heard += text;
    },
    signal,
  );

  expect(heard).toBe('one\ntwo\nthree\nfour\n');
  expect(asked()).toBe(4);
});

test('a log whose stream breaks again and again fails in the end: ENGINE_GONE', async () => {
  const { fake, engine, asked } = await breakingAfter(Array.from({ length: 100 }, () => 1));
  await using _fake = fake;

  const following = engine.containers.followLogs('x', () => undefined, signal);

  await expect(following).rejects.toMatchObject({ code: 'ENGINE_GONE' });
  expect(asked()).toBeLessThan(10);
});
