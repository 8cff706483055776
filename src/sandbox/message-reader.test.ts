import { expect, test } from 'vitest';
import { parseHead, requestFraming, responseFraming } from './message-head.ts';
import { createMessageReader } from './message-reader.ts';

interface Seen {
  readonly start: string;
  readonly contents: string;
}

/** Reads requests from a stream that is cut into pieces of the given size. */
function read(stream: string, pieceBytes: number): { seen: readonly Seen[]; passed: string } {
  const seen: Seen[] = [];
  let passed = '';
  let start = '';
  let contents = '';
  const reader = createMessageReader({
    onHead: (bytes) => {
      passed += bytes.toString();
      const head = parseHead(bytes);
      start = head?.startLine ?? '(no HTTP)';
      return head === undefined ? { kind: 'until-close' } : requestFraming(head);
    },
    onBody: (bytes, parts) => {
      passed += bytes.toString();
      contents += Buffer.concat(parts).toString();
    },
    onEnd: () => {
      seen.push({ start, contents });
      contents = '';
      return true;
    },
  });
  const bytes = Buffer.from(stream);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    reader.take(bytes.subarray(at, at + pieceBytes));
  }
  return { seen, passed };
}

const stream = [
  'GET /a HTTP/1.1\r\nHost: x\r\n\r\n',
  'POST /b HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello',
  'POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;ext=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n',
  'POST /d HTTP/1.1\r\nContent-Length: 0\r\n\r\n',
  'POST /e HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
].join('');

test.each([1, 2, 3, 7, 64, 10_000])(
  'finds the same messages when the stream comes in pieces of %i bytes',
  (pieceBytes) => {
    const { seen, passed } = read(stream, pieceBytes);

    expect(passed).toBe(stream);
    expect(seen).toEqual([
      { start: 'GET /a HTTP/1.1', contents: '' },
      { start: 'POST /b HTTP/1.1', contents: 'hello' },
      { start: 'POST /c HTTP/1.1', contents: 'abc0123456789' },
      { start: 'POST /d HTTP/1.1', contents: '' },
      { start: 'POST /e HTTP/1.1', contents: '' },
    ]);
  },
);

test.each(['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'garbage\r\n\r\nmore', 'x'.repeat(1024 ** 2 + 10)])(
  'hands on what is no HTTP/1.1',
  (bytes) => {
    const { passed, seen } = read(bytes, 4096);

    expect(passed === bytes).toBe(true);
    expect(seen).toEqual([]);
  },
);

test.each([
  ['HEAD', '200 OK', { kind: 'none' }],
  ['GET', '204 No Content', { kind: 'none' }],
  ['GET', '304 Not Modified', { kind: 'none' }],
  ['GET', '200 OK', { kind: 'length', sizeBytes: 3 }],
])('knows how the answer to %s with %s ends', (method, status, framing) => {
  const head = parseHead(Buffer.from(`HTTP/1.1 ${status}\r\nContent-Length: 3\r\n\r\n`));

  expect(head && responseFraming(head, method)).toEqual(framing);
});

test('reads an answer without a length until the connection closes', () => {
  const head = parseHead(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'));

  expect(head && responseFraming(head, 'POST')).toEqual({ kind: 'until-close' });
});
