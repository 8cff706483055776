import type { RepositoryAddress } from '../contract.ts';
import { targetOf } from '../targets/index.ts';

/** The form in which Docker's helpers know the registry. */
export function serverKeyOf({ host }: RepositoryAddress): string {
  return targetOf(host)?.credentialKey ?? host;
}

/**
 * Keys under which files may keep the credentials, the narrowest first: podman's repository and its
 * parents, then the registry. Nothing but equal keys ever match: `gcr.io` is not `gcr.io.example.com`.
 */
export function keysOf(address: RepositoryAddress): readonly string[] {
  const { host, name } = address;
  const parts = name.split('/');
  const narrow = parts.map(
    (_, index) => `${host}/${parts.slice(0, parts.length - index).join('/')}`,
  );
  const serverKey = normalizeKey(serverKeyOf(address));
  return [...new Set([...narrow, host, serverKey])];
}

/** Strips what Docker strips: the scheme, and the path of the API that old logins wrote. */
export function normalizeKey(key: string): string {
  const bare = key.replace(/^https?:\/\//u, '');
  return bare.replace(/\/(?:v[12]\/?)?$/u, '');
}
