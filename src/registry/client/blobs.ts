import { createHash } from 'node:crypto';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { isDigest, type Digest } from '../../kernel/digest.ts';
import { parseRepository } from '../../kernel/image-reference.ts';
import type { BlobContents, Blobs, BlobSource, UploadResult } from '../contract.ts';
import { RegistryError } from '../errors.ts';
import type { Exchange } from './exchange.ts';
import { failureOf } from './failures.ts';
import type { Operation } from './operation.ts';
import { pullScope, pushScope } from './scopes.ts';
import { checkReference, type Session } from './session.ts';
import { createTurns } from './turns.ts';
import { cancelUpload, mountOrSend, tryMount } from './uploads.ts';

export function createBlobs(session: Session): Blobs {
  const { name } = session.address;
  const turns = createTurns(session.limits.uploads);
  return {
    sizeOf: async (digest) =>
      await session.run(
        `look for blob ${digest}`,
        async (operation, exchange) =>
          await headBlob(session, { operation, exchange, digest }, pullScope(name)),
      ),
    mount: async (digest, from) =>
      await session.run(`mount blob ${digest}`, async (operation, exchange) => {
        checkDigest(digest);
        const work = { session, operation, exchange };
        const mounted = await tryMount(work, digest, checkName(from));
        if (mounted === 'mounted') return true;
        if (mounted !== undefined) await cancelUpload(work, mounted);
        return false;
      }),
    upload: async (source) =>
      await turns.take(
        async () =>
          await session.run(
            `upload blob ${source.digest}`,
            async (operation, exchange) => await upload({ session, operation, exchange, source }),
          ),
      ),
    read: async (digest, maxBytes = Number.POSITIVE_INFINITY) =>
      await session.run(
        `read blob ${digest}`,
        async (operation, exchange) =>
          await readBlob(session, { operation, exchange, digest, maxBytes }),
      ),
  };
}

interface BlobWork {
  readonly operation: Operation;
  readonly exchange: Exchange;
  readonly digest: Digest;
}

async function upload(work: {
  readonly session: Session;
  readonly operation: Operation;
  readonly exchange: Exchange;
  readonly source: BlobSource;
}): Promise<UploadResult> {
  const { session, source } = work;
  const scope = pushScope(session.address.name);
  const head = { ...work, digest: source.digest };
  const present = await headBlob(session, head, scope);
  if (present !== undefined) {
    refuseOtherSize(source, present, session);
    return { how: 'present', sentBytes: 0 };
  }
  source.mountFrom?.forEach(checkName);
  const result = await mountOrSend(work);
  const endsAtMs = session.clock.monotonicMs() + session.limits.readBackMs;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 2000)) {
    const found = await headBlob(session, { ...head, isFresh: true }, scope);
    if (found !== undefined) {
      refuseOtherSize(source, found, session);
      return result;
    }
    if (session.clock.monotonicMs() + pauseMs > endsAtMs) throw notKept(source.digest, session);
    await work.operation.pause(pauseMs);
  }
}

/** Size; absent when it is not there. */
async function headBlob(
  session: Session,
  { operation, exchange, digest, isFresh }: BlobWork & { readonly isFresh?: boolean },
  scope: string,
): Promise<number | undefined> {
  checkDigest(digest);
  return await exchange.ask(
    operation,
    {
      method: 'HEAD',
      to: `/v2/${session.address.name}/blobs/${digest}`,
      scopes: [scope],
      ...(isFresh ? { isFresh, headers: { 'cache-control': 'no-cache' } } : {}),
    },
    async (answer) => {
      if (answer.status === 404) {
        await answer.discard();
        return undefined;
      }
      if (answer.status !== 200) throw await failureOf(answer, operation.title);
      await answer.discard();
      const size = Number(answer.header('content-length') ?? Number.NaN);
      if (!Number.isSafeInteger(size) || size < 0) {
        throw new RegistryError(
          'ANSWER_MALFORMED',
          `${session.address.host} does not say how large ${digest} is`,
        );
      }
      return size;
    },
  );
}

async function readBlob(
  session: Session,
  { operation, exchange, digest, maxBytes }: BlobWork & { readonly maxBytes: number },
): Promise<BlobContents | undefined> {
  const { name, host } = session.address;
  checkDigest(digest);
  return await exchange.ask(
    operation,
    { method: 'GET', to: `/v2/${name}/blobs/${digest}`, scopes: [pullScope(name)] },
    async (answer) => {
      if (answer.status === 404) {
        await answer.discard();
        return undefined;
      }
      if (answer.status !== 200) throw await failureOf(answer, operation.title);
      const stream = hashed(answer.stream(), { digest, host, operation, maxBytes });
      const announced = answer.header('content-length');
      return announced === undefined ? { stream } : { stream, sizeBytes: Number(announced) };
    },
  );
}

/** Passes bytes on and fails at their end when they are not those of the digest. */
function hashed(
  body: Readable,
  expected: {
    readonly digest: Digest;
    readonly host: string;
    readonly operation: Operation;
    readonly maxBytes: number;
  },
): Readable {
  const { digest, host, operation, maxBytes } = expected;
  const hash = createHash('sha256');
  let length = 0;
  const check = new Transform({
    transform: (piece: Uint8Array, _encoding, done) => {
      length += piece.length;
      hash.update(piece);
      if (length <= maxBytes) done(null, piece);
      else done(tooLarge(digest, host, maxBytes));
    },
    flush: (done) => {
      const found = `sha256:${hash.digest('hex')}`;
      done(
        found === digest
          ? null
          : new RegistryError('DIGEST_MISMATCH', `${host} sends ${found} in place of ${digest}`, {
              details: { expected: digest, found },
            }),
      );
    },
    destroy: (error, done) => done(error === null ? null : asRegistryError(error, host, operation)),
  });
  return pipeline(body, check, () => undefined);
}

function tooLarge(digest: Digest, host: string, maxBytes: number): RegistryError {
  return new RegistryError(
    'ANSWER_MALFORMED',
    `${host} sends more than the ${maxBytes} bytes allowed for ${digest}`,
  );
}

function asRegistryError(error: Error, host: string, operation: Operation): RegistryError {
  if (error instanceof RegistryError) return error;
  return (
    operation.interruption() ??
    new RegistryError(
      'REGISTRY_UNREACHABLE',
      `Cannot ${operation.title}: the connection to ${host} broke: ${error.message}`,
      { cause: error },
    )
  );
}

function checkDigest(digest: string): void {
  if (!isDigest(digest)) checkReference(`${digest}@`);
}

function checkName(name: string): string {
  const reading = parseRepository(`localhost/${name}`);
  if (reading.ok) return name;
  throw new RegistryError(
    'REPOSITORY_INVALID',
    `The repository ${JSON.stringify(name.slice(0, 300))} ${reading.problem}`,
  );
}

function refuseOtherSize(source: BlobSource, found: number, session: Session): void {
  if (found === source.sizeBytes) return;
  throw new RegistryError(
    'DIGEST_MISMATCH',
    `${session.address.repository} has ${found} bytes as ${source.digest}, which has ${source.sizeBytes}`,
    { details: { expected: source.sizeBytes, found } },
  );
}

function notKept(digest: Digest, session: Session): RegistryError {
  return new RegistryError(
    'DIGEST_MISMATCH',
    `${session.address.repository} took ${digest} and does not have it`,
    { details: { expected: digest, found: 'nothing' } },
  );
}
