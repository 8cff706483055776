import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultAction } from './faults.ts';
import type { Reply } from './reply.ts';

/** The answer of a fault that needs no work done; absent when the work goes on. */
export function replyInstead(action: FaultAction): Reply | undefined {
  if (action.kind === 'flood') {
    return { status: action.status, headers: action.headers ?? {}, body: Readable.from(endless()) };
  }
  if (action.kind !== 'status') return undefined;
  const body = typeof action.body === 'string' ? Buffer.from(action.body) : action.body;
  return {
    status: action.status,
    headers: { 'Content-Length': String(body?.length ?? 0), ...action.headers },
    ...(body === undefined ? {} : { body }),
  };
}

function* endless(): Generator<Uint8Array> {
  const piece = Buffer.alloc(64 * 1024, 0x20);
  for (;;) yield piece;
}

/** Alters an honest answer. */
export async function alterReply(reply: Reply, action: FaultAction): Promise<Reply> {
  if (action.kind === 'headers') {
    return { ...reply, headers: { ...reply.headers, ...action.headers } };
  }
  if (action.kind === 'delay') await delay(action.delayMs);
  if (action.kind === 'corrupt') return { ...reply, body: flipOneBit(await bytesOf(reply)) };
  if (action.kind === 'half') return halve(reply, await bytesOf(reply));
  return reply;
}

function halve(reply: Reply, bytes: Uint8Array): Reply {
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  return {
    ...reply,
    headers: { ...reply.headers, 'Content-Length': String(half.length) },
    body: half,
  };
}

function flipOneBit(bytes: Uint8Array): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  const middle = Math.floor(flipped.length / 2);
  flipped[middle] = (flipped[middle] ?? 0) ^ 1;
  return flipped;
}

async function bytesOf(reply: Reply): Promise<Uint8Array> {
  if (reply.body === undefined || reply.body instanceof Uint8Array) {
    return reply.body ?? new Uint8Array();
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of reply.body as AsyncIterable<Uint8Array>) pieces.push(piece);
  return Buffer.concat(pieces);
}
