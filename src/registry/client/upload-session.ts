import { RegistryError } from '../errors.ts';
import type { Digest } from '../../kernel/digest.ts';
import { readComplaint, type Answer } from './answer.ts';
import { BrokenConnection } from './broken-connection.ts';
import type { ByteCursor } from './byte-cursor.ts';
import type { Exchange } from './exchange.ts';
import { failureOf } from './failures.ts';
import { nextLocation } from './locations.ts';
import type { Operation } from './operation.ts';
import { isTransientStatus, type FailedAttempt } from './retries.ts';
import { TokenServerBusy } from './tokens.ts';

/** One upload that the registry opened: where it is, and how far it got by the registry's own word. */
export interface UploadSession {
  location: URL;
  confirmedBytes: number;
  /** Smallest chunk that the registry takes; 0 when it does not say. */
  readonly leastChunkBytes: number;
}

/** What one piece of the conversation led to. */
export type Step =
  | { readonly kind: 'done' }
  /** Ask the registry where it stands, and go on from there. */
  | {
      readonly kind: 'broken';
      readonly answer?: FailedAttempt['answer'];
      readonly cause: RegistryError;
    }
  /** The registry does not know the upload any more, or it cannot be trusted. */
  | { readonly kind: 'lost'; readonly cause: RegistryError };

export interface UploadContext {
  readonly operation: Operation;
  readonly exchange: Exchange;
  readonly scopes: readonly string[];
  readonly host: string;
}

/** Reads the answer that opens an upload: to POST, or to a mount that was not possible. */
export function toSession(answer: Answer, exchange: Exchange): UploadSession {
  return {
    location: nextLocation(answer.url, answer.header('location'), exchange.base),
    confirmedBytes: 0,
    leastChunkBytes: Number(answer.header('oci-chunk-min-length') ?? 0) || 0,
  };
}

/** Sends `[confirmedBytes, end)` and checks that the registry counted the same. */
export async function sendChunk(
  context: UploadContext,
  session: UploadSession,
  piece: { readonly end: number; readonly cursor: ByteCursor },
): Promise<Step> {
  const start = session.confirmedBytes;
  const lengthBytes = piece.end - start;
  const answered = await attempt(context, {
    method: 'PATCH',
    to: session.location,
    headers: {
      'content-type': 'application/octet-stream',
      'content-range': `${start}-${piece.end - 1}`,
    },
    body: { lengthBytes, open: () => piece.cursor.take(start, lengthBytes) },
  });
  if (answered instanceof RegistryError) return { kind: 'broken', cause: answered };
  // ECR answers 201 where 202 is due.
  if (answered.status !== 202 && answered.status !== 201 && answered.status !== 204) {
    return await failedStep(context, answered);
  }
  await answered.discard();
  follow(session, answered, context.exchange);
  const confirmed = parseRange(answered.header('range')) ?? piece.end;
  return note(context, session, { confirmed, sentTo: piece.end });
}

/** Asks how far the upload got. */
export async function askStatus(
  context: UploadContext,
  session: UploadSession,
  sentTo: number,
): Promise<Step> {
  const answered = await attempt(context, { method: 'GET', to: session.location });
  if (answered instanceof RegistryError) return { kind: 'broken', cause: answered };
  if (answered.status !== 204 && answered.status !== 202 && answered.status !== 200) {
    const step = await failedStep(context, answered);
    // A registry that cannot say how far it got cannot be resumed.
    return step.kind === 'broken' && step.answer === undefined
      ? { kind: 'lost', cause: step.cause }
      : step;
  }
  await answered.discard();
  follow(session, answered, context.exchange);
  const confirmed = parseRange(answered.header('range'));
  // `0-0` is one byte or none: the protocol cannot tell them apart.
  if (confirmed === undefined || confirmed <= 1)
    return lost(context, 'forgot how far the upload got');
  return note(context, session, { confirmed, sentTo });
}

/** Closes the upload under its digest, with whatever bytes are still to be sent. */
export async function commit(
  context: UploadContext,
  session: UploadSession,
  last: {
    readonly digest: Digest;
    readonly end: number;
    readonly cursor: ByteCursor;
    readonly answerMs: number;
  },
): Promise<Step> {
  const start = session.confirmedBytes;
  const lengthBytes = last.end - start;
  const to = new URL(session.location);
  to.searchParams.append('digest', last.digest);
  const answered = await attempt(context, {
    method: 'PUT',
    to,
    answerMs: last.answerMs,
    headers: {
      'content-type': 'application/octet-stream',
      ...(start > 0 && lengthBytes > 0 ? { 'content-range': `${start}-${last.end - 1}` } : {}),
    },
    body: { lengthBytes, open: () => last.cursor.take(start, lengthBytes) },
  });
  if (answered instanceof RegistryError) return { kind: 'broken', cause: answered };
  if (answered.status < 200 || answered.status > 299) return await failedStep(context, answered);
  await answered.discard();
  const named = answered.header('docker-content-digest');
  if (named !== undefined && named !== last.digest) {
    throw new RegistryError(
      'DIGEST_MISMATCH',
      `${context.host} stored the upload of ${last.digest} as ${named.slice(0, 100)}`,
      { details: { expected: last.digest, found: named.slice(0, 100) } },
    );
  }
  return { kind: 'done' };
}

/** Tells the registry to drop what it has. Nobody is told when that fails: the registry cleans up by age. */
export async function cancel(context: UploadContext, session: UploadSession): Promise<void> {
  const answered = await attempt(context, { method: 'DELETE', to: session.location }).catch(
    () => undefined,
  );
  if (answered !== undefined && !(answered instanceof RegistryError)) await answered.discard();
}

type PartOfRequest = Omit<Parameters<Exchange['attempt']>[1], 'scopes'>;

async function attempt(
  { exchange, operation, scopes, host }: UploadContext,
  request: PartOfRequest,
): Promise<Answer | RegistryError> {
  try {
    return await exchange.attempt(operation, { ...request, scopes });
  } catch (error) {
    // It fails like the registry itself would, and its Retry-After counts as much.
    if (error instanceof TokenServerBusy) return error.answer;
    if (!(error instanceof BrokenConnection)) throw error;
    return new RegistryError(
      'UPLOAD_FAILED',
      `Cannot ${operation.title} at ${host}: ${error.message}`,
      { cause: error },
    );
  }
}

const LOST_CODES = ['BLOB_UPLOAD_UNKNOWN', 'BLOB_UPLOAD_INVALID'];

async function failedStep(
  context: UploadContext,
  answer: Answer,
): Promise<Exclude<Step, { kind: 'done' }>> {
  const { operation } = context;
  if (isTransientStatus(answer.status)) {
    return { kind: 'broken', answer, cause: await failureOf(answer, operation.title) };
  }
  if (answer.status === 416) {
    return { kind: 'broken', cause: await failureOf(answer, operation.title) };
  }
  if (answer.status === 404 || answer.status === 410) {
    return {
      kind: 'lost',
      cause: uploadFailed(context, answer.status, (await readComplaint(answer)).text),
    };
  }
  const cause = await failureOf(answer, operation.title);
  const codes = cause.details['codes'];
  const isLost =
    Array.isArray(codes) && codes.some((code: unknown) => LOST_CODES.some((each) => each === code));
  if (isLost || cause.code === 'DIGEST_MISMATCH') return { kind: 'lost', cause };
  throw asUploadFailure(cause);
}

/** What a registry says about a status is one thing; that the upload failed is what counts here. */
export function asUploadFailure(cause: RegistryError): RegistryError {
  if (cause.code !== 'REGISTRY_FAILED') return cause;
  return new RegistryError('UPLOAD_FAILED', cause.message, { cause, details: cause.details });
}

function uploadFailed(context: UploadContext, status: number, said: string): RegistryError {
  return new RegistryError(
    'UPLOAD_FAILED',
    `Cannot ${context.operation.title}: ${context.host} answers ${status}${said === '' ? '' : `: ${said}`}`,
  );
}

function lost(context: UploadContext, what: string): Step {
  return {
    kind: 'lost',
    cause: new RegistryError(
      'UPLOAD_FAILED',
      `Cannot ${context.operation.title}: ${context.host} ${what}`,
    ),
  };
}

/** Fewer bytes than sent: go on there. More: they are not ours. */
function note(
  context: UploadContext,
  session: UploadSession,
  at: { readonly confirmed: number; readonly sentTo: number },
): Step {
  if (at.confirmed > at.sentTo) {
    return lost(context, `counts ${at.confirmed} bytes where ${at.sentTo} were sent`);
  }
  session.confirmedBytes = at.confirmed;
  return { kind: 'done' };
}

function follow(session: UploadSession, answer: Answer, exchange: Exchange): void {
  const location = answer.header('location');
  if (location !== undefined) session.location = nextLocation(answer.url, location, exchange.base);
}

/** How many bytes `0-<last>` stands for; absent when there is no such header. */
function parseRange(header: string | undefined): number | undefined {
  const match = /^(?:bytes=)?0-(\d+)$/u.exec(header?.trim() ?? '');
  return match === null ? undefined : Number(match[1]) + 1;
}
