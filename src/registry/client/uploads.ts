import type { Digest } from '../../kernel/digest.ts';
import type { BlobSource, UploadResult } from '../contract.ts';
import { RegistryError } from '../errors.ts';
import { BrokenConnection } from './broken-connection.ts';
import { createByteCursor, type ByteCursor } from './byte-cursor.ts';
import type { Exchange } from './exchange.ts';
import { failureOf } from './failures.ts';
import type { Operation } from './operation.ts';
import { pullScope, pushScope } from './scopes.ts';
import type { Session } from './session.ts';
import { TokenServerBusy } from './tokens.ts';
import {
  askStatus,
  asUploadFailure,
  cancel,
  commit,
  sendChunk,
  toSession,
  type Step,
  type UploadContext,
  type UploadSession,
} from './upload-session.ts';

/** Up to here one PUT carries the whole blob. */
const MONOLITHIC_BYTES = 8 * 1024 ** 2;
/** A registry hashes a large blob before it answers. */
const COMMIT_ANSWER_MS = 10 * 60_000;

export interface UploadWork {
  readonly session: Session;
  readonly operation: Operation;
  readonly exchange: Exchange;
  readonly source: BlobSource;
}

/** Mounts the blob, or sends it. The caller knows that it is not there yet, and looks for it afterwards. */
export async function mountOrSend(work: UploadWork): Promise<UploadResult> {
  let opened: UploadSession | undefined;
  for (const from of work.source.mountFrom ?? []) {
    const mounted = await tryMount(work, work.source.digest, from);
    if (mounted === 'mounted') return { how: 'mounted', sentBytes: 0 };
    if (mounted === undefined) continue;
    opened = mounted;
    break;
  }
  const cursor = createByteCursor(work.source);
  try {
    await send(work, cursor, opened);
  } finally {
    cursor.close();
  }
  return { how: 'uploaded', sentBytes: cursor.takenBytes };
}

/** An open upload when the registry did not mount and began one instead; absent when it refused. */
export async function tryMount(
  { session, operation, exchange }: Pick<UploadWork, 'session' | 'operation' | 'exchange'>,
  digest: Digest,
  from: string,
): Promise<'mounted' | UploadSession | undefined> {
  const { name } = session.address;
  const query = new URLSearchParams({ mount: digest, from }).toString();
  try {
    const answer = await exchange.attempt(operation, {
      method: 'POST',
      to: `/v2/${name}/blobs/uploads/?${query}`,
      scopes: [pushScope(name), pullScope(from)],
    });
    await answer.discard();
    if (answer.status === 201) return 'mounted';
    return answer.status === 202 ? toSession(answer, exchange) : undefined;
  } catch (error) {
    // A mount is a shortcut: without the right to it, or with a registry that stumbles over it, we upload.
    if (operation.interruption() === undefined && isMountRefusal(error)) return undefined;
    throw error;
  }
}

function isMountRefusal(error: unknown): boolean {
  if (error instanceof BrokenConnection || error instanceof TokenServerBusy) return true;
  if (!(error instanceof RegistryError)) return false;
  return error.code === 'REGISTRY_UNAUTHORIZED' || error.code === 'REGISTRY_DENIED';
}

/** Ends an upload that nobody will use. */
export async function cancelUpload(
  work: Pick<UploadWork, 'session' | 'operation' | 'exchange'>,
  opened: UploadSession,
): Promise<void> {
  await cancel(contextOf(work), opened);
}

async function send(
  work: UploadWork,
  cursor: ByteCursor,
  mounted: UploadSession | undefined,
): Promise<void> {
  const context = contextOf(work);
  let opened = mounted;
  for (let count = 1; ; count += 1) {
    const upload = opened ?? (await openUpload(work));
    opened = undefined;
    let step: Step;
    try {
      step = await sendAll({ ...work, context, upload, cursor });
    } catch (error) {
      cursor.close();
      await cancelAfterwards(work, upload);
      throw error;
    }
    if (step.kind === 'done') return;
    cursor.close();
    await cancel(context, upload);
    // Bytes that were wrong twice are wrong at the source.
    const most = step.cause.code === 'DIGEST_MISMATCH' ? 2 : undefined;
    if (!(await work.session.connection.retries.next(work.operation, { count, most })))
      throw asUploadFailure(step.cause);
  }
}

/** The operation may be over: the registry is told all the same, within a short time of its own. */
async function cancelAfterwards(work: UploadWork, upload: UploadSession): Promise<void> {
  const signal = AbortSignal.timeout(2000);
  const operation: Operation = { ...work.operation, signal, interruption: () => undefined };
  await cancel(contextOf({ ...work, operation }), upload);
}

async function openUpload({ session, operation, exchange }: UploadWork): Promise<UploadSession> {
  const { name } = session.address;
  return await exchange.ask(
    operation,
    { method: 'POST', to: `/v2/${name}/blobs/uploads/`, scopes: [pushScope(name)] },
    async (answer) => {
      if (answer.status !== 202) throw await failureOf(answer, operation.title);
      await answer.discard();
      return toSession(answer, exchange);
    },
  );
}

interface Sending extends UploadWork {
  readonly context: UploadContext;
  readonly upload: UploadSession;
  readonly cursor: ByteCursor;
}

/** Chunks until all is confirmed, then the commit. `lost` starts the upload over; `broken` never leaves here. */
async function sendAll(sending: Sending): Promise<Step> {
  const { context, upload, source, session } = sending;
  let failures = 0;
  for (;;) {
    const before = upload.confirmedBytes;
    const { end, isLast } = nextPiece(sending);
    const step = await (isLast
      ? commitPiece(sending)
      : sendChunk(context, upload, { ...sending, end }));
    if (step.kind === 'lost') return step;
    if (step.kind === 'done') {
      source.onProgress?.(isLast ? source.sizeBytes : upload.confirmedBytes);
      if (isLast) return step;
      failures = upload.confirmedBytes > before ? 0 : failures + 1;
      if (failures <= session.limits.attempts) continue;
      return { kind: 'lost', cause: stuck(sending) };
    }
    failures += 1;
    const recovered = await recover(sending, { step, count: failures, end });
    if (recovered !== undefined) return recovered;
    if (upload.confirmedBytes > before) failures = 0;
  }
}

function nextPiece({ upload, source, session }: Sending): { end: number; isLast: boolean } {
  const left = source.sizeBytes - upload.confirmedBytes;
  if (source.sizeBytes <= MONOLITHIC_BYTES || left === 0) {
    return { end: source.sizeBytes, isLast: true };
  }
  const chunkBytes = Math.max(session.limits.chunkBytes, upload.leastChunkBytes);
  return { end: upload.confirmedBytes + Math.min(chunkBytes, left), isLast: false };
}

async function commitPiece({ context, upload, source, cursor, session }: Sending): Promise<Step> {
  return await commit(context, upload, {
    digest: source.digest,
    end: source.sizeBytes,
    cursor,
    answerMs: Math.max(session.limits.idleMs, COMMIT_ANSWER_MS),
  });
}

/** Waits and finds out where the registry stands. Absent: go on. */
async function recover(
  { context, upload, session, source, cursor, operation }: Sending,
  failed: {
    readonly step: Extract<Step, { kind: 'broken' }>;
    readonly count: number;
    readonly end: number;
  },
): Promise<Step | undefined> {
  cursor.close();
  let { step } = failed;
  for (let count = failed.count; ; count += 1) {
    const { answer } = step;
    if (!(await session.connection.retries.next(operation, { count, answer }))) {
      throw asUploadFailure(step.cause);
    }
    if (await hasBlob(context, session, source.digest)) return { kind: 'done' };
    const status = await askStatus(context, upload, failed.end);
    if (status.kind === 'done') return undefined;
    // That the registry dropped it says less than why it did.
    if (status.kind === 'lost') return { ...status, cause: failed.step.cause };
    step = status;
  }
}

/** The commit may have worked although its answer was lost. */
async function hasBlob(context: UploadContext, session: Session, digest: Digest): Promise<boolean> {
  const { name } = session.address;
  try {
    const answer = await context.exchange.attempt(context.operation, {
      method: 'HEAD',
      to: `/v2/${name}/blobs/${digest}`,
      scopes: [pushScope(name)],
    });
    await answer.discard();
    return answer.status === 200;
  } catch (error) {
    if (context.operation.interruption() !== undefined) throw error;
    // Not known: the status of the upload decides.
    return false;
  }
}

function contextOf({
  session,
  operation,
  exchange,
}: Pick<UploadWork, 'session' | 'operation' | 'exchange'>): UploadContext {
  const { host, name } = session.address;
  return { operation, exchange, host, scopes: [pushScope(name)] };
}

function stuck({ context, source }: Sending): RegistryError {
  return new RegistryError(
    'UPLOAD_FAILED',
    `${context.host} takes chunks of ${source.digest} and confirms none of their bytes`,
  );
}
