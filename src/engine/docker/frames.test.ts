import { expect, test } from 'vitest';
import { createFrameParser, type Frame } from './frames.ts';

function frame(source: 1 | 2, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = source;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

/** Neighbouring pieces of one source are put together, however they were cut. */
function joined(frames: readonly Frame[]): readonly string[] {
  const pieces: { source: string; text: string }[] = [];
  for (const { source, bytes } of frames) {
    const last = pieces.at(-1);
    if (last?.source === source) last.text += bytes.toString('latin1');
    else pieces.push({ source, text: bytes.toString('latin1') });
  }
  return pieces.map(({ source, text }) => `${source}:${text}`);
}

const stream = Buffer.concat([frame(1, 'out'), frame(2, ''), frame(2, 'error'), frame(1, 'again')]);

test.each([1, 2, 3, 7, 8, 9, 1000])('frames come out whole from chunks of %i bytes', (size) => {
  const parse = createFrameParser();
  const frames: Frame[] = [];

  for (let at = 0; at < stream.length; at += size)
    frames.push(...parse(stream.subarray(at, at + size)));

  expect(joined(frames)).toEqual(['stdout:out', 'stderr:error', 'stdout:again']);
});

test.each([1, 5, 1000])('the stream of a terminal is stdout, from chunks of %i bytes', (size) => {
  const terminal = Buffer.from('$ ls\r\nfile\r\n');
  const parse = createFrameParser();
  const frames: Frame[] = [];

  for (let at = 0; at < terminal.length; at += size) {
    frames.push(...parse(terminal.subarray(at, at + size)));
  }

  expect(joined(frames)).toEqual(['stdout:$ ls\r\nfile\r\n']);
});

test('a frame is handed on before it is complete', () => {
  const parse = createFrameParser();

  const frames = parse(frame(1, 'x'.repeat(100)).subarray(0, 58));

  expect(joined(frames)).toEqual([`stdout:${'x'.repeat(50)}`]);
});
