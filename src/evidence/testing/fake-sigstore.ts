import { createHash, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import {
  fulcioHandler,
  initializeCA,
  initializeCTLog,
  initializeTLog,
  initializeTSA,
  rekorHandler,
  tsaHandler,
} from '@sigstore/mock';
import { HashAlgorithm, PublicKeyDetails, TrustedRoot } from '@sigstore/protobuf-specs';
import { z } from 'zod';
import { portOf } from '../../host/port-of.ts';

/** A whole Sigstore instance on a free port: authority, both logs, time stamps, and GitHub's token service. */
export interface FakeSigstore extends AsyncDisposable {
  readonly url: string;
  readonly root: TrustedRoot;
  /** What a job of GitHub would get from `url + '/token'`, with the bearer `request-token`. */
  readonly token: string;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  /** From now on a path answers with this status and a page that helps nobody. */
  breakPath(path: string, status: number): void;
}

export interface FakeSigstoreOptions {
  readonly issuer?: string | undefined;
  readonly subject?: string | undefined;
}

type Handle = (body: string) => Promise<{
  readonly statusCode: number;
  readonly response: string | ArrayBufferView;
  readonly contentType?: string | undefined;
}>;

export async function startFakeSigstore(options: FakeSigstoreOptions = {}): Promise<FakeSigstore> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${portOf(server)}`;
  const keys = Array.from({ length: 4 }, () => generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  const [caKeys, ctKeys, logKeys, tsaKeys] = keys;
  if (!caKeys || !ctKeys || !logKeys || !tsaKeys) throw new Error('no keys');
  const clock = wholeSecond();
  const ctLog = await initializeCTLog(ctKeys, clock);
  const authority = await initializeCA(caKeys, ctLog, clock);
  const log = await initializeTLog(url, logKeys, clock);
  const stamps = await initializeTSA(tsaKeys, clock);
  const token = makeToken({
    iss: options.issuer ?? 'https://token.actions.githubusercontent.com',
    sub: options.subject ?? 'https://github.com/me/app/.github/workflows/ci.yml@refs/heads/main',
    aud: 'sigstore',
  });

  const handlers = new Map<string, Handle>();
  for (const { path, fn } of [fulcioHandler(authority), tsaHandler(stamps)]) handlers.set(path, fn);
  const logging = rekorHandler(log);
  handlers.set(logging.path, async (body) => await logging.fn(toLogged(body)));
  handlers.set('/token', () =>
    Promise.resolve({ statusCode: 200, response: JSON.stringify({ value: token }) }),
  );
  const broken = new Map<string, number>();
  const asked: string[] = [];
  server.on('request', (request, response) => {
    void (async () => {
      const path = new URL(request.url ?? '', url).pathname;
      asked.push(path);
      const body = await text(request);
      const handler = handlers.get(path);
      const status = broken.get(path) ?? (handler === undefined ? 404 : undefined);
      const isRefused =
        path === '/token' && request.headers.authorization !== 'Bearer request-token';
      if (status !== undefined || isRefused || handler === undefined)
        response.writeHead(status ?? 401, { 'Content-Type': 'text/html' }).end('<p>no</p>');
      else await answer(response, await handler(body));
    })();
  });
  return {
    url,
    token,
    asked,
    root: TrustedRoot.fromJSON({
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      certificateAuthorities: [certificatesOf([authority.rootCertificate])],
      timestampAuthorities: [certificatesOf([stamps.intCertificate, stamps.rootCertificate])],
      tlogs: [logOf(url, log.publicKey, createHash('sha256').update(log.publicKey).digest())],
      ctlogs: [logOf(url, ctLog.publicKey, toBuffer(ctLog.logID))],
    }),
    breakPath: (path, status) => broken.set(path, status),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/**
 * One moment for all services, shortly after their certificates begin. A time stamp of 120 ms is written as
 * `.12`, which the verifier cannot read: one in ten would fail.
 */
function wholeSecond(): Date {
  return new Date((Math.floor(Date.now() / 1000) + 5) * 1000);
}

async function answer(
  response: ServerResponse,
  { statusCode, response: body, contentType }: Awaited<ReturnType<Handle>>,
): Promise<void> {
  response.writeHead(statusCode, { 'Content-Type': contentType ?? 'application/json' });
  response.end(typeof body === 'string' ? body : toBuffer(body));
  await once(response, 'close');
}

const proposedSchema = z.object({
  kind: z.literal('dsse'),
  spec: z.object({
    proposedContent: z.object({ envelope: z.string(), verifiers: z.array(z.string()) }),
  }),
});
const envelopeSchema = z.object({
  payload: z.base64(),
  signatures: z.array(z.object({ sig: z.string() })),
});

/**
 * What a log keeps of a proposed entry: hashes and signatures, not the statement.
 * @see https://github.com/sigstore/rekor/blob/v1.4.2/pkg/types/dsse/v0.0.1/dsse_v0_0_1_schema.json
 */
function toLogged(body: string): string {
  const { envelope, verifiers } = proposedSchema.parse(JSON.parse(body)).spec.proposedContent;
  const { payload, signatures } = envelopeSchema.parse(JSON.parse(envelope));
  return JSON.stringify({
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      envelopeHash: hashOf(envelope),
      payloadHash: hashOf(Buffer.from(payload, 'base64')),
      signatures: signatures.map(({ sig }) => ({ signature: sig, verifier: verifiers[0] })),
    },
  });
}

function hashOf(value: string | Buffer): object {
  return { algorithm: 'sha256', value: createHash('sha256').update(value).digest('hex') };
}

/** Without a signature: the fake authority believes whoever asks. */
function makeToken(claims: Readonly<Record<string, string>>): string {
  const parts = [{ alg: 'none' }, { ...claims, exp: 4_102_444_800 }];
  const encoded = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return `${encoded.join('.')}.`;
}

const START = { start: '2020-01-01T00:00:00Z' };

function certificatesOf(chain: readonly ArrayBufferView[]): object {
  const certificates = chain.map((each) => ({ rawBytes: toBuffer(each).toString('base64') }));
  return { subject: {}, uri: '', certChain: { certificates }, validFor: START };
}

/** Check points of a log are signed with its address as their name. */
function logOf(baseUrl: string, publicKey: Uint8Array, keyId: Uint8Array): object {
  return {
    baseUrl,
    hashAlgorithm: HashAlgorithm[HashAlgorithm.SHA2_256],
    publicKey: {
      rawBytes: Buffer.from(publicKey).toString('base64'),
      keyDetails: PublicKeyDetails[PublicKeyDetails.PKIX_ECDSA_P256_SHA_256],
      validFor: START,
    },
    logId: { keyId: Buffer.from(keyId).toString('base64') },
  };
}

function toBuffer(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}
