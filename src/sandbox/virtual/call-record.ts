/** One call of a script, or one connection to a port that it published. One line of JSON each. */
export interface CallRecord {
  /** `api` a call with an answer, `hijack` a stream both ways, `port` a connection to a published port. */
  readonly kind: 'api' | 'hijack' | 'port';
  /** ISO 8601. Calls are told of when they are over, so a later line may have an earlier time. */
  readonly startedAt: string;
  readonly method: string;
  /** Without the API version. For a port: `8000/tcp`. */
  readonly path: string;
  /** Values that may be secrets are `***`. */
  readonly query: string;
  /** Full id of the container it was about. */
  readonly container?: string | undefined;
  /** HTTP status; absent when the client went away before there was one, and for ports. */
  readonly status?: number | undefined;
  readonly durationMs: number;
  /** Until the engine's answer began; absent when it was not asked. */
  readonly engineMs?: number | undefined;
  /** Of a stream or a connection: from the script, and to it. */
  readonly bytesUp?: number | undefined;
  readonly bytesDown?: number | undefined;
  /** The client went away before the answer was complete. */
  readonly isAborted?: true | undefined;
  /** Rule of the policy that said no. */
  readonly deniedBy?: string | undefined;
  /** How long a connection waited for the container to listen. */
  readonly dialMs?: number | undefined;
}

/** What the calls of a script say about it. */
export interface RecordSummary {
  readonly calls: number;
  /** From the first call's begin to the last one's end, milliseconds. */
  readonly spanMs: number;
  /** Of it, with at least one call under way. */
  readonly engineMs: number;
  /** Of it, with none: the script's own work, and its sleeps. */
  readonly idleMs: number;
  /** Connections that a container was not ready for yet: without our patience the script relied on its `sleep`. */
  readonly waits: readonly PortWait[];
  readonly denied: readonly DeniedCall[];
}

export interface PortWait {
  readonly port: string;
  readonly container: string | undefined;
  readonly dialMs: number;
}

export interface DeniedCall {
  readonly rule: string;
  readonly method: string;
  readonly path: string;
}

/** Shorter ones are what connecting takes anyway. */
const WAIT_MS = 20;

export function summarize(calls: readonly CallRecord[]): RecordSummary {
  const spans = calls
    .filter(({ kind }) => kind !== 'port')
    .map(({ startedAt, durationMs }) => {
      const fromMs = Date.parse(startedAt);
      return { fromMs, toMs: fromMs + durationMs };
    })
    .toSorted((left, right) => left.fromMs - right.fromMs);
  const firstMs = spans[0]?.fromMs ?? 0;
  let untilMs = firstMs;
  let engineMs = 0;
  for (const { fromMs, toMs } of spans) {
    engineMs += Math.max(0, toMs - Math.max(fromMs, untilMs));
    untilMs = Math.max(untilMs, toMs);
  }
  return {
    calls: spans.length,
    spanMs: untilMs - firstMs,
    engineMs,
    idleMs: untilMs - firstMs - engineMs,
    waits: calls.flatMap(({ kind, path, container, dialMs }) =>
      kind === 'port' && dialMs !== undefined && dialMs > WAIT_MS
        ? [{ port: path, container, dialMs }]
        : [],
    ),
    denied: calls.flatMap(({ deniedBy, method, path }) =>
      deniedBy === undefined ? [] : [{ rule: deniedBy, method, path }],
    ),
  };
}

/** dockerode sends what it creates in the query as well; build arguments are secrets more often than not. */
const SHOWN: ReadonlySet<string> = new Set(
  `all limit size filters name force v link noprune condition t signal follow stdout stderr stdin stream logs since until
  tail timestamps path repo tag fromImage h w version dockerfile names`.split(/\s+/u),
);

export function redactedQuery(query: URLSearchParams): string {
  return [...query].map(([key, value]) => `${key}=${SHOWN.has(key) ? value : '***'}`).join('&');
}
