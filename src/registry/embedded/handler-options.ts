import type { Faults } from './faults.ts';

export interface HandlerOptions {
  /** What breaks and lies. @default nothing */
  readonly faults?: Faults | undefined;
  /** Told about each request when its answer is known. @default nobody */
  readonly onRequest?: ((request: ServedRequest) => void) | undefined;
}

/** A request that the embedded registry answered. */
export interface ServedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly status: number;
  /** Of the request, by their lower-case names; several values are joined by commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}
