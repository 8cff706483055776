import type { Clock } from '../../host/clock.ts';
import type { Credential, CredentialSource, RepositoryAddress } from '../contract.ts';
import { RegistryError } from '../errors.ts';
import type { Answer } from './answer.ts';
import { parseChallenges, type Challenge } from './challenges.ts';
import type { Operation } from './operation.ts';
import { acceptRealm } from './realms.ts';
import { basicHeader, requestToken, type BearerToken, type TokenServer } from './tokens.ts';
import type { Transport } from './transport.ts';

/** Knows what to put into `Authorization` for this registry, and for nobody else. */
export interface Authorizer {
  /** Absent before the registry asked for anything, and for anonymous clients of one that takes Basic. */
  header(operation: Operation, scopes: readonly string[]): Promise<string | undefined>;
  /**
   * Takes a 401 apart. Returns when another attempt makes sense.
   * @throws {RegistryError} REGISTRY_UNAUTHORIZED, REGISTRY_DENIED, REALM_REFUSED, CREDENTIAL_HELPER_FAILED,
   * CREDENTIALS_MALFORMED
   */
  challenged(answer: Answer, sent: SentAuthorization): Promise<void>;
}

export interface SentAuthorization {
  readonly header: string | undefined;
  readonly scopes: readonly string[];
}

export interface AuthorizerOptions {
  readonly address: RepositoryAddress;
  readonly base: URL;
  readonly credentials: CredentialSource;
  readonly realms: readonly string[];
  readonly transport: Transport;
  readonly clock: Clock;
}

type Scheme =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'basic' }
  | { readonly kind: 'bearer'; readonly server: TokenServer };

interface KeptToken {
  readonly token: BearerToken;
  readonly endsAtMs: number;
}

export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  let scheme: Scheme = { kind: 'unknown' };
  const loadCredential = once(async () => await options.credentials.credentialFor(options.address));
  const tokens = createTokenCache(options);
  return {
    header: async (operation, scopes) => {
      if (scheme.kind === 'unknown') return undefined;
      const credential = await loadCredential();
      if (scheme.kind === 'basic') return basicFor(credential, options.address);
      if (credential?.kind === 'registry-token') return `Bearer ${credential.token.reveal()}`;
      const { server } = scheme;
      const token = await tokens.get(operation, { server, scopes, credential });
      return `Bearer ${token.value.reveal()}`;
    },
    challenged: async (answer, sent) => {
      await answer.discard();
      const challenges = parseChallenges(answer.header('www-authenticate') ?? '');
      const next = chooseScheme(challenges, options);
      if (next.kind === 'unknown') throw unsupported(options.address, challenges);
      if (sent.header !== undefined && !sent.header.startsWith('Bearer')) {
        throw refusedLogin(options.address, await loadCredential());
      }
      const credential = await loadCredential();
      if (sent.header !== undefined && isInsufficient(challenges)) {
        throw credential === undefined
          ? noLogin(options.address)
          : insufficient(options.address, sent.scopes);
      }
      if (next.kind === 'basic' && credential === undefined) throw noLogin(options.address);
      tokens.forget(sent.scopes);
      scheme = next;
    },
  };
}

/** Tokens by scope. What the server refused once is not asked again: wrong passwords lock accounts. */
function createTokenCache({ transport, clock }: AuthorizerOptions): {
  get(operation: Operation, wanted: Parameters<typeof requestToken>[2]): Promise<BearerToken>;
  forget(scopes: readonly string[]): void;
} {
  const kept = new Map<string, KeptToken>();
  const asked = new Map<string, Promise<BearerToken>>();
  const ask = async (
    operation: Operation,
    key: string,
    wanted: Parameters<typeof requestToken>[2],
  ): Promise<BearerToken> => {
    try {
      const token = await requestToken(transport, operation, wanted);
      kept.set(key, { token, endsAtMs: clock.monotonicMs() + token.livesMs });
      asked.delete(key);
      return token;
    } catch (error) {
      if (!isRefusal(error)) asked.delete(key);
      throw error;
    }
  };
  return {
    get: async (operation, wanted) => {
      const key = keyOf(wanted.scopes);
      const found = kept.get(key);
      if (found !== undefined && found.endsAtMs > clock.monotonicMs()) return found.token;
      const pending = asked.get(key) ?? ask(operation, key, wanted);
      asked.set(key, pending);
      return await pending;
    },
    forget: (scopes) => {
      kept.delete(keyOf(scopes));
    },
  };
}

function keyOf(scopes: readonly string[]): string {
  return scopes.join(' ');
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof RegistryError &&
    (error.code === 'REGISTRY_UNAUTHORIZED' || error.code === 'REGISTRY_DENIED')
  );
}

/** Tokens are better than the password in every request, so a bearer challenge wins. */
function chooseScheme(challenges: readonly Challenge[], options: AuthorizerOptions): Scheme {
  const bearer = challenges.find(
    ({ scheme, parameters }) => scheme === 'bearer' && parameters['realm'],
  );
  if (bearer !== undefined) {
    const realm = acceptRealm(bearer.parameters['realm'] ?? '', {
      base: options.base,
      host: options.address.host,
      allowed: options.realms,
    });
    return { kind: 'bearer', server: { realm, service: bearer.parameters['service'] ?? '' } };
  }
  return challenges.some(({ scheme }) => scheme === 'basic')
    ? { kind: 'basic' }
    : { kind: 'unknown' };
}

function basicFor(credential: Credential | undefined, address: RepositoryAddress): string {
  if (credential === undefined) throw noLogin(address);
  if (credential.kind === 'password') return basicHeader(credential.username, credential.password);
  if (credential.kind === 'registry-token') return `Bearer ${credential.token.reveal()}`;
  return basicHeader('<token>', credential.token);
}

function isInsufficient(challenges: readonly Challenge[]): boolean {
  return challenges.some(({ parameters }) => parameters['error'] === 'insufficient_scope');
}

function unsupported(address: RepositoryAddress, challenges: readonly Challenge[]): RegistryError {
  const names = challenges.map(({ scheme }) => scheme).join(', ');
  return new RegistryError(
    'REGISTRY_UNAUTHORIZED',
    `${address.host} answers 401 and offers ${names === '' ? 'no way to log in' : `only ${names}`}`,
    { hint: 'Use a registry that takes Basic or Bearer authorization.' },
  );
}

function noLogin(address: RepositoryAddress): RegistryError {
  return new RegistryError(
    'REGISTRY_UNAUTHORIZED',
    `${address.host} wants a login, and no credentials for it were found`,
  );
}

function refusedLogin(
  address: RepositoryAddress,
  credential: Credential | undefined,
): RegistryError {
  const where = credential === undefined ? '' : ` from ${credential.origin}`;
  return new RegistryError(
    'REGISTRY_UNAUTHORIZED',
    `${address.host} does not accept the login${where}`,
  );
}

function insufficient(address: RepositoryAddress, scopes: readonly string[]): RegistryError {
  return new RegistryError(
    'REGISTRY_DENIED',
    `${address.host} gave a token that does not cover ${scopes.join(' ')}`,
    { details: { scopes } },
  );
}

/** The first outcome, good or bad, for everyone who asks. */
function once<Value>(work: () => Promise<Value>): () => Promise<Value> {
  let promise: Promise<Value> | undefined;
  return () => (promise ??= work());
}
