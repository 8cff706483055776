import type { Digest } from '../../kernel/digest.ts';
import { digestFrom } from './blobs.ts';
import type { Call, Registry } from './call.ts';
import { isRepositoryPath } from './names.ts';
import { RefusedRequest, type Reply } from './reply.ts';
import type { UploadSession } from './upload-sessions.ts';

/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs */
export async function postUpload(registry: Registry, call: Call): Promise<Reply> {
  const mount = call.query.get('mount');
  if (mount !== null) {
    const mounted = await mountBlob(registry, call, digestFrom(mount));
    if (mounted !== undefined) return mounted;
  }
  const digest = call.query.get('digest');
  const wanted = digest === null || mount !== null ? undefined : digestFrom(digest);
  if (wanted !== undefined && call.lie !== undefined) return await pretend(call, wanted);
  const session = await registry.sessions.create(call.name);
  if (wanted === undefined) return sessionReply(202, session);
  return await session.exclusively(async () => {
    await session.append(call.body);
    return await commit(registry, session, wanted);
  });
}

export function getUpload(registry: Registry, call: Call): Promise<Reply> {
  return withSession(registry, call, (session) => Promise.resolve(sessionReply(204, session)));
}

/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-a-blob-in-chunks */
export async function patchUpload(registry: Registry, call: Call): Promise<Reply> {
  return await withSession(registry, call, async (session) => {
    refuseWrongRange(session, call);
    await session.append(call.body);
    return sessionReply(202, session);
  });
}

export async function putUpload(registry: Registry, call: Call): Promise<Reply> {
  const digest = digestFrom(call.query.get('digest'));
  if (call.lie !== undefined) return await pretend(call, digest);
  return await withSession(registry, call, async (session) => {
    refuseWrongRange(session, call);
    await session.append(call.body);
    return await commit(registry, session, digest);
  });
}

export async function deleteUpload(registry: Registry, call: Call): Promise<Reply> {
  return await withSession(registry, call, async (session) => {
    await session.discard();
    return { status: 204, headers: {} };
  });
}

/** Absent when it cannot be mounted; without `from`, any repository's blob will do. */
async function mountBlob(
  registry: Registry,
  call: Call,
  digest: Digest,
): Promise<Reply | undefined> {
  const from = call.query.get('from');
  const { blobs } = registry.store;
  const isThere =
    from === null
      ? await blobs.isKept(digest)
      : isRepositoryPath(from) && (await blobs.sizeOf(from, digest)) !== undefined;
  if (!isThere) return undefined;
  await blobs.link(call.name, digest);
  return createdReply(call.name, digest);
}

async function commit(registry: Registry, session: UploadSession, digest: Digest): Promise<Reply> {
  const { blobs } = registry.store;
  if (!(await session.commit(digest, blobs.pathOf(digest)))) {
    throw new RefusedRequest(400, 'DIGEST_INVALID', {
      message: `the bytes do not hash to ${digest}`,
    });
  }
  await blobs.link(session.name, digest);
  return createdReply(session.name, digest);
}

/** Both ends are checked: a client that repeats or skips bytes must hear of it. */
function refuseWrongRange(session: UploadSession, call: Call): void {
  const header = call.headers['content-range'];
  if (header === undefined) return;
  const match = /^(?:bytes[ =])?(\d+)-(\d+)(?:\/(?:\d+|\*))?$/u.exec(header);
  const length = Number(call.headers['content-length'] ?? Number.NaN);
  if (match === null) throw rangeError(session, `not a range: ${header.slice(0, 100)}`, 400);
  const [start, end] = [Number(match[1]), Number(match[2])];
  if (start !== session.receivedBytes) {
    throw rangeError(session, `starts at ${start}, expected ${session.receivedBytes}`, 416);
  }
  if (Number.isSafeInteger(length) && length !== end - start + 1) {
    throw rangeError(session, `${header} does not have ${length} bytes`, 400);
  }
}

function rangeError(session: UploadSession, message: string, status: number): RefusedRequest {
  return new RefusedRequest(status, 'BLOB_UPLOAD_INVALID', {
    message,
    headers: sessionHeaders(session),
  });
}

async function withSession(
  registry: Registry,
  call: Call,
  work: (session: UploadSession) => Promise<Reply>,
): Promise<Reply> {
  const first = registry.sessions.find(call.target, call.name);
  const run = async (): Promise<Reply> => {
    // It may have been committed or discarded while this request waited for its turn.
    const session = registry.sessions.find(call.target, call.name);
    if (session === undefined) {
      throw new RefusedRequest(404, 'BLOB_UPLOAD_UNKNOWN', { message: 'no such upload' });
    }
    return await work(session);
  };
  return first === undefined ? await run() : await first.exclusively(run);
}

function sessionReply(status: number, session: UploadSession): Reply {
  return { status, headers: { ...sessionHeaders(session), 'Content-Length': '0' } };
}

function sessionHeaders(session: UploadSession): Record<string, string> {
  return {
    Location: `/v2/${session.name}/blobs/uploads/${session.id}`,
    Range: `0-${Math.max(0, session.receivedBytes - 1)}`,
    'Docker-Upload-UUID': session.id,
  };
}

function createdReply(name: string, digest: Digest): Reply {
  return {
    status: 201,
    headers: {
      Location: `/v2/${name}/blobs/${digest}`,
      'Docker-Content-Digest': digest,
      'Content-Length': '0',
    },
  };
}

async function pretend(call: Call, digest: Digest): Promise<Reply> {
  for await (const piece of call.body) void piece;
  return createdReply(call.name, call.lie?.digest ?? digest);
}
