import type { Readable } from 'node:stream';
import { z } from 'zod';
import { messageOf } from '../kernel/errors.ts';
import { BuildError } from './errors.ts';
import { decodeStatus } from './trace-wire.ts';

/** What BuildKit calls one node of a build: a step of the Dockerfile, or something around them. */
export interface Vertex {
  readonly digest: string;
  readonly inputs: readonly string[];
  /** `[build 2/4] RUN make`, arguments expanded. */
  readonly name: string;
  /** Milliseconds since 1970; absent until it started. */
  readonly startedAtMs?: number | undefined;
  readonly completedAtMs?: number | undefined;
  readonly isCached: boolean;
  readonly error?: string | undefined;
}

/** Progress inside a vertex: a layer that is pulled or exported. */
export interface VertexStatus {
  readonly vertex: string;
  readonly id: string;
  readonly name: string;
  readonly current: number;
  /** 0 when unknown. */
  readonly total: number;
}

export interface VertexLog {
  readonly vertex: string;
  /** 1 is stdout, 2 is stderr. */
  readonly stream: number;
  /** May begin or end in the middle of a line or of a character. */
  readonly bytes: Uint8Array;
}

export type BuildMessage =
  | {
      readonly type: 'trace';
      readonly vertices: readonly Vertex[];
      readonly statuses: readonly VertexStatus[];
      readonly logs: readonly VertexLog[];
    }
  | { readonly type: 'image'; readonly id: string }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'text'; readonly text: string };

const timestampSchema = z
  .object({ seconds: z.number().default(0), nanos: z.number().default(0) })
  .transform(({ seconds, nanos }) => seconds * 1000 + nanos / 1_000_000);

const vertexSchema = z
  .object({
    digest: z.string(),
    inputs: z.array(z.string()).default([]),
    name: z.string().default(''),
    cached: z.boolean().default(false),
    started: timestampSchema.optional(),
    completed: timestampSchema.optional(),
    error: z.string().optional(),
  })
  .transform((vertex): Vertex => ({
    digest: vertex.digest,
    inputs: vertex.inputs,
    name: vertex.name,
    startedAtMs: vertex.started,
    completedAtMs: vertex.completed,
    isCached: vertex.cached,
    error: vertex.error === '' ? undefined : vertex.error,
  }));

const statusSchema = z
  .object({
    ID: z.string().default(''),
    vertex: z.string(),
    name: z.string().default(''),
    current: z.number().default(0),
    total: z.number().default(0),
  })
  .transform(({ ID: id, ...rest }): VertexStatus => ({ id, ...rest }));

const logSchema = z
  .object({
    vertex: z.string(),
    stream: z.number().default(1),
    msg: z.instanceof(Uint8Array).default(new Uint8Array()),
  })
  .transform(({ vertex, stream, msg }): VertexLog => ({ vertex, stream, bytes: msg }));

const traceSchema = z.object({
  vertexes: z.array(vertexSchema),
  statuses: z.array(statusSchema),
  logs: z.array(logSchema),
});

/**
 * One line of the answer to `POST /build`. `aux` is base64 in a trace, an object with the image id otherwise
 * (podman sends that without `id`).
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageBuild
 */
const lineSchema = z.object({
  id: z.string().optional(),
  aux: z.unknown().optional(),
  stream: z.string().optional(),
  error: z.string().optional(),
  errorDetail: z.object({ message: z.string().optional() }).optional(),
});
const imageSchema = z.object({ ID: z.string().min(1) });

const TRACE_ID = 'moby.buildkit.trace';
const NEWLINE = 0x0a;
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/**
 * Reads the raw answer of a build as messages.
 * @throws {BuildError} BUILD_INTERRUPTED when it ends in the middle, BUILD_ANSWER_INVALID when a line is not
 * of the protocol.
 */
export async function* readBuildMessages(answer: Readable): AsyncGenerator<BuildMessage> {
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of answer as AsyncIterable<Buffer | string>) {
      rest = Buffer.concat([rest, typeof chunk === 'string' ? Buffer.from(chunk) : chunk]);
      let end = rest.indexOf(NEWLINE);
      while (end !== -1) {
        yield* parseLine(rest.subarray(0, end).toString('utf8'));
        rest = rest.subarray(end + 1);
        end = rest.indexOf(NEWLINE);
      }
      if (rest.length > MAX_LINE_BYTES) throw invalid(rest.subarray(0, 200).toString('utf8'));
    }
  } catch (error) {
    if (error instanceof BuildError) throw error;
    throw new BuildError(
      'BUILD_INTERRUPTED',
      `The connection to the engine broke during the build: ${messageOf(error)}`,
      { cause: error },
    );
  }
  yield* parseLast(rest.toString('utf8'));
}

/** A last line without its newline is whole, or the engine died while it wrote. */
function* parseLast(line: string): Generator<BuildMessage> {
  if (line.trim() === '') return;
  if (!isJson(line)) {
    throw new BuildError(
      'BUILD_INTERRUPTED',
      'The engine ended its answer in the middle of a line',
    );
  }
  yield* parseLine(line);
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function* parseLine(text: string): Generator<BuildMessage> {
  if (text.trim() === '') return;
  const line = parseWith(text, () => lineSchema.parse(JSON.parse(text)));
  const failure = line.errorDetail?.message ?? line.error;
  if (failure !== undefined) yield { type: 'failed', message: failure };
  if (line.stream !== undefined) yield { type: 'text', text: line.stream };
  if (line.id === TRACE_ID) yield parseWith(text, () => parseTrace(line.aux));
  const image = imageSchema.safeParse(line.aux);
  if (image.success) yield { type: 'image', id: image.data.ID };
}

function parseTrace(aux: unknown): BuildMessage {
  const trace = traceSchema.parse(decodeStatus(z.string().parse(aux)));
  return { type: 'trace', vertices: trace.vertexes, statuses: trace.statuses, logs: trace.logs };
}

function parseWith<Value>(text: string, parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    throw invalid(text, error);
  }
}

function invalid(text: string, cause?: unknown): BuildError {
  return new BuildError(
    'BUILD_ANSWER_INVALID',
    `The engine sent a line that is not part of a build: ${text.slice(0, 200)}`,
    { cause },
  );
}
