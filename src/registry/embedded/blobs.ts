import { isDigest, type Digest } from '../../kernel/digest.ts';
import type { Call, Registry } from './call.ts';
import { RefusedRequest, type Reply } from './reply.ts';

/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-blobs */
export async function getBlob(registry: Registry, call: Call): Promise<Reply> {
  const digest = digestFrom(call.target);
  const sizeBytes = await registry.store.blobs.sizeOf(call.name, digest);
  if (sizeBytes === undefined) throw blobUnknown(digest);
  const headers = {
    'Docker-Content-Digest': digest,
    'Content-Type': 'application/octet-stream',
    'Accept-Ranges': 'bytes',
  };
  const range = parseRange(call.headers['range'], sizeBytes);
  if (range === 'unsatisfiable') {
    return { status: 416, headers: { 'Content-Range': `bytes */${sizeBytes}` } };
  }
  const { start, end } = range ?? { start: 0, end: sizeBytes - 1 };
  const length = end - start + 1;
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      ...headers,
      'Content-Length': String(length),
      ...(range === undefined ? {} : { 'Content-Range': `bytes ${start}-${end}/${sizeBytes}` }),
    },
    ...(call.method === 'HEAD' || length === 0
      ? {}
      : { body: registry.store.blobs.stream(digest, { start, end }) }),
  };
}

/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#deleting-blobs */
export async function deleteBlob(registry: Registry, call: Call): Promise<Reply> {
  const digest = digestFrom(call.target);
  if (!(await registry.store.blobs.unlink(call.name, digest))) throw blobUnknown(digest);
  return { status: 202, headers: {} };
}

export function digestFrom(text: string | null): Digest {
  if (text !== null && isDigest(text)) return text;
  throw new RefusedRequest(400, 'DIGEST_INVALID', {
    message: `not a sha256 digest: ${JSON.stringify(text?.slice(0, 100))}`,
  });
}

function blobUnknown(digest: Digest): RefusedRequest {
  return new RefusedRequest(404, 'BLOB_UNKNOWN', { message: `no such blob: ${digest}` });
}

type ByteRange = { readonly start: number; readonly end: number };

/** Absent for no or a foreign kind of range: the whole blob is sent then, as RFC 9110 allows. */
function parseRange(
  header: string | undefined,
  sizeBytes: number,
): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/u.exec(header ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  const last = sizeBytes - 1;
  const start = match[1] === '' ? Math.max(0, sizeBytes - Number(match[2])) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? last : Math.min(Number(match[2]), last);
  return start > end ? 'unsatisfiable' : { start, end };
}
