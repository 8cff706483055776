import type { Digest } from '../../kernel/digest.ts';

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
