import { digestOf, isDigest } from '../../kernel/digest.ts';
import type { Manifest, ManifestHead } from '../contract.ts';
import { RegistryError } from '../errors.ts';
import { parseManifest } from '../manifest-document.ts';
import { bareMediaType, manifestMediaTypes } from '../media-types.ts';
import type { Answer } from './answer.ts';
import type { Exchange, RegistryRequest } from './exchange.ts';
import { failureOf } from './failures.ts';
import type { Operation } from './operation.ts';
import { pullScope } from './scopes.ts';
import { checkReference, type Session } from './session.ts';

export const MAX_MANIFEST_BYTES = 4 * 1024 ** 2;
/** With fewer types distribution 2.8 converts to schema 1, with other bytes and another digest. */
const ACCEPT = manifestMediaTypes.join(', ');

export interface ManifestWork {
  readonly session: Session;
  readonly operation: Operation;
  readonly exchange: Exchange;
}

function manifestRequest(
  session: Session,
  method: 'GET' | 'HEAD',
  reference: string,
): RegistryRequest {
  const { name } = session.address;
  return {
    method,
    to: `/v2/${name}/manifests/${checkReference(reference)}`,
    headers: { accept: ACCEPT },
    scopes: [pullScope(name)],
  };
}

/** What the registry says, unchecked. */
export async function headManifest(
  { session, operation, exchange }: ManifestWork,
  reference: string,
): Promise<ManifestHead | undefined> {
  const request = manifestRequest(session, 'HEAD', reference);
  return await exchange.ask(operation, request, async (answer) => {
    if (answer.status === 404) {
      await answer.discard();
      return undefined;
    }
    if (answer.status !== 200) throw await failureOf(answer, operation.title);
    await answer.discard();
    const named = answer.header('docker-content-digest');
    const mediaType = bareMediaType(answer.header('content-type'));
    return named !== undefined && isDigest(named) ? { digest: named, mediaType } : { mediaType };
  });
}

/** `fresh` takes a new connection and asks caches on the way to stand aside. */
export async function readManifest(
  { session, operation, exchange }: ManifestWork,
  reference: string,
  fresh?: { readonly scopes: readonly string[] },
): Promise<Manifest | undefined> {
  const plain = manifestRequest(session, 'GET', reference);
  const request: RegistryRequest =
    fresh === undefined
      ? plain
      : {
          ...plain,
          scopes: fresh.scopes,
          isFresh: true,
          headers: { ...plain.headers, 'cache-control': 'no-cache' },
        };
  return await exchange.ask(operation, request, async (answer) => {
    if (answer.status === 404) {
      await answer.discard();
      return undefined;
    }
    if (answer.status !== 200) throw await failureOf(answer, operation.title);
    return await toManifest(session, answer, reference);
  });
}

async function toManifest(session: Session, answer: Answer, reference: string): Promise<Manifest> {
  const what = `${session.address.repository}@${reference}`;
  const announced = Number(answer.header('content-length') ?? 0);
  if (announced > MAX_MANIFEST_BYTES) {
    answer.stream().destroy();
    throw new RegistryError('MANIFEST_INVALID', `The manifest ${what} has ${announced} bytes`);
  }
  const bytes = await answer.bytes(MAX_MANIFEST_BYTES);
  const digest = digestOf(bytes);
  const named = answer.header('docker-content-digest');
  const expected = isDigest(reference) ? reference : (named ?? digest);
  if (digest !== expected)
    throw mismatch(`The manifest ${what} hashes to ${digest}`, expected, digest);
  const parsed = parseManifest(bytes, answer.header('content-type'));
  if (!parsed.ok)
    throw new RegistryError('MANIFEST_INVALID', `The manifest ${what} ${parsed.problem}`);
  return { bytes, mediaType: parsed.mediaType, digest };
}

export function mismatch(message: string, expected: string, found: string): RegistryError {
  return new RegistryError('DIGEST_MISMATCH', message, { details: { expected, found } });
}
