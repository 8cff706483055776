import type { Credential } from '../contract.ts';
import { RegistryError } from '../errors.ts';
import { tokenSchema } from '../wire.ts';
import { readComplaint, type Answer } from './answer.ts';
import type { Operation } from './operation.ts';
import type { HttpRequest, Transport } from './transport.ts';
import { Secret } from '../../kernel/secret.ts';

export interface TokenServer {
  readonly realm: URL;
  /** Empty when the registry names none. */
  readonly service: string;
}

export interface BearerToken {
  readonly value: Secret;
  /** Of the server's monotonic promise: how long it may be used. */
  readonly livesMs: number;
}

/** An answer of the token server that may be better next time. */
export class TokenServerBusy extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`the token server answers ${answer.status}`);
    this.answer = answer;
  }
}

const MAX_TOKEN_BYTES = 64 * 1024;
const DEFAULT_LIFE_S = 60;
/** Renewed this long before the end, so that no request starts with a token that ends on the way. */
const RENEW_EARLY_MS = 30_000;

/**
 * Asks the token server once. It is never followed elsewhere: what it is sent is a password.
 * @see https://distribution.github.io/distribution/spec/auth/token/
 * @see https://distribution.github.io/distribution/spec/auth/oauth/
 */
export async function requestToken(
  transport: Transport,
  operation: Operation,
  wanted: {
    readonly server: TokenServer;
    readonly scopes: readonly string[];
    readonly credential?: Credential | undefined;
  },
): Promise<BearerToken> {
  const { server, credential } = wanted;
  let answer = await transport.send(
    operation,
    credential?.kind === 'identity-token'
      ? refreshRequest(wanted, credential.token)
      : plainRequest(wanted, basicOf(credential)),
  );
  if (credential?.kind === 'identity-token' && [404, 405].includes(answer.status)) {
    await answer.discard();
    const header = basicHeader('<token>', credential.token);
    answer = await transport.send(operation, plainRequest(wanted, header));
  }
  if (answer.status >= 200 && answer.status < 300) return await readToken(answer);
  await refuse(answer, server, credential);
  throw new TokenServerBusy(answer);
}

type Wanted = { readonly server: TokenServer; readonly scopes: readonly string[] };

function plainRequest({ server, scopes }: Wanted, authorization: string | undefined): HttpRequest {
  const url = new URL(server.realm);
  if (server.service !== '') url.searchParams.set('service', server.service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  url.searchParams.set('client_id', 'seatrial');
  return { method: 'GET', url, headers: authorization === undefined ? {} : { authorization } };
}

function refreshRequest({ server, scopes }: Wanted, token: Secret): HttpRequest {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    service: server.service,
    client_id: 'seatrial',
    scope: scopes.join(' '),
    refresh_token: token.reveal(),
  });
  const bytes = Buffer.from(form.toString());
  return {
    method: 'POST',
    url: server.realm,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: { lengthBytes: bytes.length, open: () => bytes },
  };
}

async function readToken(answer: Answer): Promise<BearerToken> {
  const text = new TextDecoder().decode(await answer.bytes(MAX_TOKEN_BYTES));
  const parsed = tokenSchema.safeParse(tryJson(text));
  const value = parsed.data?.token ?? parsed.data?.access_token;
  // A line end would let the token server write headers of ours.
  if (value === undefined || !/^[\x21-\x7e]+$/u.test(value)) {
    throw new RegistryError(
      'ANSWER_MALFORMED',
      `The token server ${answer.url.host} answers without a token`,
    );
  }
  const lifeS = parsed.data?.expires_in ?? DEFAULT_LIFE_S;
  return {
    value: new Secret(value),
    livesMs: Math.max(lifeS * 1000 - RENEW_EARLY_MS, lifeS * 500),
  };
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller says that there is no token.
    return undefined;
  }
}

async function refuse(
  answer: Answer,
  server: TokenServer,
  credential: Credential | undefined,
): Promise<void> {
  const { status } = answer;
  if (status >= 300 && status < 400) {
    await answer.discard();
    throw new RegistryError(
      'REALM_REFUSED',
      `The token server ${server.realm.host} redirects; credentials are not sent after it`,
    );
  }
  if (status !== 400 && status !== 401 && status !== 403 && status !== 404) return;
  const { text } = await readComplaint(answer);
  const who =
    credential === undefined ? 'an anonymous client' : `the login from ${credential.origin}`;
  throw new RegistryError(
    status === 403 ? 'REGISTRY_DENIED' : 'REGISTRY_UNAUTHORIZED',
    `The token server ${server.realm.host} refuses ${who}: ${text || status}`,
    { details: { status } },
  );
}

function basicOf(credential: Credential | undefined): string | undefined {
  return credential?.kind === 'password'
    ? basicHeader(credential.username, credential.password)
    : undefined;
}

export function basicHeader(username: string, password: Secret): string {
  return `Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}`;
}
