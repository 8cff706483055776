import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';
import type { BuildMessage, Vertex, VertexLog } from './trace.ts';

/** Told while a build runs. Each vertex starts at most once and ends at most once. */
export interface BuildListener {
  onVertex(event: VertexEvent): void;
  /** Whole lines of what a vertex printed. */
  onOutput(output: { readonly source: string; readonly text: string }): void;
}

export interface VertexEvent {
  /** BuildKit's own name: `[2/4] RUN make`. */
  readonly name: string;
  readonly state: 'started' | 'done' | 'cached' | 'failed';
  /** Present when it ended. */
  readonly durationMs?: number | undefined;
}

/** Steps of the Dockerfile; what BuildKit does around them (loading, FROM, exporting) is not counted. */
export interface StepCount {
  readonly total: number;
  readonly cached: number;
}

/** A vertex with an error, and the end of what it printed. */
export interface FailedVertex {
  readonly name: string;
  readonly error: string;
  /** Oldest first. */
  readonly lastLines: readonly string[];
}

export interface BuildProgress {
  take(message: Extract<BuildMessage, { type: 'trace' }>): void;
  /** Passes on what is left of unfinished lines. */
  finish(): void;
  count(): StepCount;
  /** The vertex that the engine's message (secrets blanked) is about; absent when no vertex failed. */
  failed(message: string): FailedVertex | undefined;
}

const MAX_LAST_LINES = 20;
/** A line that does not end (a progress bar) is passed on in pieces of this size. */
const MAX_PARTIAL_LENGTH = 8192;
const STEP = /^\[(?!internal\])[^\]]*\d+\/\d+\] (?!FROM )/u;
const CANCELLED = /context canceled|Canceled: |^canceled$/u;

/** Whether a vertex is an instruction of a Dockerfile that does something. */
export function isStepName(name: string): boolean {
  return STEP.test(name);
}

interface Tracked {
  readonly name: string;
  hasStarted: boolean;
  hasEnded: boolean;
  isCached: boolean;
  error?: string;
  readonly decoders: Map<number, StringDecoder>;
  /** Unfinished line of each stream. */
  readonly partial: Map<number, string>;
  readonly lastLines: string[];
}

export function createBuildProgress(
  listener: BuildListener,
  redact: (text: string) => string,
): BuildProgress {
  const vertices = new Map<string, Tracked>();
  const tell = { listener, redact };
  return Object.freeze({
    take: ({ vertices: news, logs }: Extract<BuildMessage, { type: 'trace' }>) => {
      for (const vertex of news) noteStart(track(vertices, { vertex, redact }), vertex, listener);
      for (const log of logs) noteLog(vertices.get(log.vertex), log, tell);
      for (const vertex of news) noteEnd(vertices.get(vertex.digest), vertex, tell);
    },
    finish: () => {
      for (const tracked of vertices.values()) flush(tracked, tell);
    },
    count: () => {
      const steps = [...vertices.values()].filter(
        ({ name, hasEnded }) => hasEnded && isStepName(name),
      );
      return { total: steps.length, cached: steps.filter(({ isCached }) => isCached).length };
    },
    failed: (message: string) => failedOf([...vertices.values()], message),
  });
}

interface Tell {
  readonly listener: BuildListener;
  readonly redact: (text: string) => string;
}

function track(
  vertices: Map<string, Tracked>,
  { vertex, redact }: { readonly vertex: Vertex; readonly redact: (text: string) => string },
): Tracked {
  const known = vertices.get(vertex.digest);
  if (known !== undefined) return known;
  const tracked: Tracked = {
    name: redact(vertex.name),
    hasStarted: false,
    hasEnded: false,
    isCached: false,
    decoders: new Map(),
    partial: new Map(),
    lastLines: [],
  };
  vertices.set(vertex.digest, tracked);
  return tracked;
}

function noteStart(tracked: Tracked, vertex: Vertex, listener: BuildListener): void {
  if (tracked.hasStarted || vertex.startedAtMs === undefined) return;
  tracked.hasStarted = true;
  listener.onVertex({ name: tracked.name, state: 'started' });
}

/**
 * Only the first end counts: BuildKit reports a vertex again, as cached, when a later step asks for its
 * result once more.
 */
function noteEnd(tracked: Tracked | undefined, vertex: Vertex, tell: Tell): void {
  if (tracked === undefined || tracked.hasEnded || vertex.completedAtMs === undefined) return;
  tracked.hasEnded = true;
  tracked.isCached = vertex.isCached;
  if (vertex.error !== undefined) tracked.error = tell.redact(vertex.error);
  flush(tracked, tell);
  tell.listener.onVertex({
    name: tracked.name,
    state: endState(vertex),
    durationMs: Math.max(0, vertex.completedAtMs - (vertex.startedAtMs ?? vertex.completedAtMs)),
  });
}

function endState(vertex: Vertex): 'done' | 'cached' | 'failed' {
  if (vertex.error !== undefined) return 'failed';
  return vertex.isCached ? 'cached' : 'done';
}

/** Lines are kept whole, so that a secret is found in them and characters are not cut. */
function noteLog(tracked: Tracked | undefined, log: VertexLog, tell: Tell): void {
  if (tracked === undefined) return;
  let decoder = tracked.decoders.get(log.stream);
  if (decoder === undefined)
    tracked.decoders.set(log.stream, (decoder = new StringDecoder('utf8')));
  const text = (tracked.partial.get(log.stream) ?? '') + decoder.write(Buffer.from(log.bytes));
  const end = text.length > MAX_PARTIAL_LENGTH ? text.length : text.lastIndexOf('\n') + 1;
  tracked.partial.set(log.stream, text.slice(end));
  pass(tracked, text.slice(0, end), tell);
}

function flush(tracked: Tracked, tell: Tell): void {
  for (const [stream, text] of tracked.partial) {
    pass(tracked, text + (tracked.decoders.get(stream)?.end() ?? ''), tell);
  }
  tracked.partial.clear();
}

function pass(tracked: Tracked, raw: string, { listener, redact }: Tell): void {
  if (raw === '') return;
  const text = redact(raw);
  listener.onOutput({ source: tracked.name, text });
  const lines = text.replace(/\n$/u, '').split('\n').slice(-MAX_LAST_LINES).map(plainLine);
  tracked.lastLines.push(...lines);
  tracked.lastLines.splice(0, Math.max(0, tracked.lastLines.length - MAX_LAST_LINES));
}

/** As it would stand on a terminal: without colours, and what was overwritten is gone. */
function plainLine(line: string): string {
  const written = stripVTControlCharacters(line).replace(/\r+$/u, '');
  return written.slice(written.lastIndexOf('\r') + 1);
}

function failedOf(vertices: readonly Tracked[], message: string): FailedVertex | undefined {
  const failed = vertices.filter(({ error }) => error !== undefined);
  const blamed =
    failed.find(({ error }) => error !== undefined && message.includes(error)) ??
    failed.find(({ error }) => error !== undefined && !CANCELLED.test(error));
  if (blamed?.error === undefined) return undefined;
  return { name: blamed.name, error: blamed.error, lastLines: blamed.lastLines };
}
