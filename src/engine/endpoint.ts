import { EngineError } from './errors.ts';

/** An engine's address with all that is needed to dial it. */
export interface DialTarget {
  readonly kind: 'unix' | 'tcp' | 'ssh';
  /** As in `DOCKER_HOST`, without credentials. */
  readonly url: string;
  readonly origin: string;
  /** Of a unix engine. */
  readonly socketPath?: string | undefined;
  /** Of a tcp or ssh engine. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** Login name of an ssh engine; absent: the ssh program decides. */
  readonly user?: string | undefined;
  /** Present: the tcp connection is TLS. */
  readonly tls?: TlsMaterial | undefined;
}

export interface TlsMaterial {
  /** Folder with `ca.pem`, `cert.pem` and `key.pem`; each may be missing. */
  readonly folder?: string | undefined;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Whether the certificate of the engine is checked. */
  readonly isVerified: boolean;
}

const DOCKER_PORT = 2375;
const DOCKER_TLS_PORT = 2376;

/**
 * Reads an address as the Docker CLI does: `unix:///path`, `tcp://host:port`, `ssh://user@host`, `host:port`.
 * @throws {EngineError} ENGINE_CONTEXT_INVALID for any other form.
 */
export function parseEngineAddress(text: string, origin: string, tls?: TlsMaterial): DialTarget {
  if (text.startsWith('unix://')) {
    const socketPath = text.slice('unix://'.length) || '/var/run/docker.sock';
    if (!socketPath.startsWith('/')) throw invalid(text, origin);
    return { kind: 'unix', url: `unix://${socketPath}`, origin, socketPath };
  }
  const { scheme, url } = parseUrl(text, origin);
  const host = url.hostname.replace(/^\[(.*)\]$/u, '$1');
  if (host === '') throw invalid(text, origin);
  const port = url.port === '' ? undefined : Number(url.port);
  const place = { origin, host, port };
  if (scheme === 'ssh') return sshTarget(url, place);
  return tcpTarget(url, {
    place,
    tls: tls ?? (scheme === 'https' ? { isVerified: true } : undefined),
  });
}

type Place = Pick<DialTarget, 'origin' | 'host' | 'port'>;

function sshTarget(url: URL, place: Place): DialTarget {
  const isNamed = url.username !== '';
  return {
    ...place,
    kind: 'ssh',
    // The login name is no credential, and other clients need it; a password is dropped.
    url: `ssh://${isNamed ? `${url.username}@` : ''}${url.host}`,
    user: isNamed ? decodeURIComponent(url.username) : undefined,
  };
}

function tcpTarget(
  url: URL,
  { place, tls }: { readonly place: Place; readonly tls: TlsMaterial | undefined },
): DialTarget {
  const port = place.port ?? (tls === undefined ? DOCKER_PORT : DOCKER_TLS_PORT);
  return { ...place, kind: 'tcp', url: `tcp://${url.hostname}:${String(port)}`, port, tls };
}

const SCHEMES: ReadonlySet<string> = new Set(['tcp', 'http', 'https', 'ssh']);

function parseUrl(text: string, origin: string): { readonly scheme: string; readonly url: URL } {
  const whole = text.includes('://') ? text : `tcp://${text}`;
  const scheme = /^[a-z]+/u.exec(whole)?.[0] ?? '';
  // URL drops the port 80 of `http:`, but not of schemes that it does not know.
  const neutral = whole.replace(/^https?:/u, 'tcp:');
  if (!SCHEMES.has(scheme) || !URL.canParse(neutral)) throw invalid(text, origin);
  return { scheme, url: new URL(neutral) };
}

function invalid(text: string, origin: string): EngineError {
  return new EngineError(
    'ENGINE_CONTEXT_INVALID',
    `${origin} is no engine address: ${JSON.stringify(withoutPassword(text))}`,
    { hint: 'Write it as unix:///path, tcp://host:port or ssh://user@host.' },
  );
}

function withoutPassword(text: string): string {
  return text.replace(/\/\/[^@/]*@/u, '//***@');
}

/** Environment that leads any Docker client to the same engine. */
export function environmentOf(target: DialTarget): Readonly<Record<string, string>> {
  const { tls } = target;
  return Object.freeze({
    DOCKER_HOST: target.url,
    ...(tls?.folder === undefined ? {} : { DOCKER_CERT_PATH: tls.folder }),
    ...(tls?.isVerified === true ? { DOCKER_TLS_VERIFY: '1' } : {}),
    ...(tls?.isVerified === false ? { DOCKER_TLS: '1' } : {}),
  });
}
