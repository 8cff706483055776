import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Digest } from '../../kernel/digest.ts';
import type { Reply } from './reply.ts';

/** Names of the endpoints, in the words of the specification's table. */
export const endpoints = [
  'ping',
  'blob.head',
  'blob.get',
  'blob.delete',
  'upload.post',
  'upload.get',
  'upload.patch',
  'upload.put',
  'upload.delete',
  'manifest.head',
  'manifest.get',
  'manifest.put',
  'manifest.delete',
  'tags.list',
  'referrers.list',
  'catalog',
] as const;
export type Endpoint = (typeof endpoints)[number];

/** One way in which a registry breaks or lies. */
export type FaultAction =
  /** Answers at once, whatever was asked. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    }
  /** Cuts the connection after so many bytes: of the request's body when it has one, else of the answer's. */
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** Reads everything, keeps nothing, and answers that all went well, with this digest. @default the right one */
  | { readonly kind: 'storeNothing'; readonly digest?: Digest }
  /** Does the work and then answers with other headers. */
  | { readonly kind: 'headers'; readonly headers: Readonly<Record<string, string>> }
  /** Flips one bit of the answer's body. */
  | { readonly kind: 'corrupt' }
  /** Sends the first half of the answer's body and calls it the whole. */
  | { readonly kind: 'half' }
  /** Answers at once, with a body that has no length and never ends. */
  | {
      readonly kind: 'flood';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Never answers. */
  | { readonly kind: 'hang' }
  /** Answers late. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Sends the answer's body one byte at a time. */
  | { readonly kind: 'drip'; readonly everyMs: number };

export interface Fault {
  readonly on: Endpoint | 'any';
  readonly action: FaultAction;
  /** How many requests it hits. @default all */
  readonly times?: number | undefined;
  /** How many requests it lets pass first. @default 0 */
  readonly after?: number | undefined;
}

/** The faults of one server; they can be switched while it runs. */
export interface Faults {
  /** Replaces all faults and their counters. */
  set(faults: readonly Fault[]): void;
  /** The fault that hits this request; counts. */
  take(endpoint: Endpoint): FaultAction | undefined;
}

export function createFaults(initial: readonly Fault[] = []): Faults {
  let armed: { readonly fault: Fault; skip: number; left: number }[] = [];
  const set = (faults: readonly Fault[]): void => {
    armed = faults.map((fault) => ({
      fault,
      skip: fault.after ?? 0,
      left: fault.times ?? Number.POSITIVE_INFINITY,
    }));
  };
  set(initial);
  return {
    set,
    take: (endpoint) => {
      for (const entry of armed) {
        if (entry.fault.on !== endpoint && entry.fault.on !== 'any') continue;
        if (entry.skip > 0) entry.skip -= 1;
        else if (entry.left > 0) {
          entry.left -= 1;
          return entry.fault.action;
        }
      }
      return undefined;
    },
  };
}

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
