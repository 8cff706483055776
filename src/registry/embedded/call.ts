import type { Digest } from '../../kernel/digest.ts';
import type { UploadSessions } from './upload-sessions.ts';
import type { RegistryStore } from './store.ts';

/** What every endpoint works on. */
export interface Registry {
  readonly store: RegistryStore;
  readonly sessions: UploadSessions;
}

/** One request, its path taken apart and checked. */
export interface Call {
  readonly method: string;
  /** Repository; empty where the endpoint has none. */
  readonly name: string;
  /** What follows the endpoint's word: a digest, a tag, an upload id. */
  readonly target: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: AsyncIterable<Uint8Array>;
  /** Set by a fault: answer as if the work were done. */
  readonly lie?: { readonly digest?: Digest | undefined } | undefined;
}
