import { RegistryError } from '../errors.ts';
import { targetOf } from '../targets/index.ts';
import { withoutBrackets } from './network-hosts.ts';

/** Second-level labels under which countries register names: `example.co.uk` is one owner's, `co.uk` not. */
const COUNTRY_SECOND_LEVEL = wordSet(
  'ac co com edu go gob gov gub ltd me mil ne net nom or org plc sch',
);

/** Domains below which every name may have another owner. */
const SHARED_DOMAINS = wordSet(
  'amazonaws.com appspot.com azurecr.io azurewebsites.net cloudfront.net fly.dev ' +
    'github.io gitlab.io herokuapp.com netlify.app ngrok.app ngrok.io ngrok-free.app ' +
    'onrender.com pages.dev pkg.dev railway.app run.app trycloudflare.com vercel.app ' +
    'web.app windows.net workers.dev',
);

/**
 * The token server that a registry names, when it may see this registry's credentials: the registry's own
 * host, one above or below it, one of the same owner's domain, or one that is allowed by name.
 * @throws {RegistryError} REALM_REFUSED
 */
export function acceptRealm(
  realm: string,
  registry: { readonly base: URL; readonly host: string; readonly allowed: readonly string[] },
): URL {
  const url = parse(realm, registry.host);
  const shown = `${url.protocol}//${url.host}`;
  const isPlain = url.protocol === 'http:' && registry.base.protocol === 'http:';
  if (url.protocol !== 'https:' && !isPlain) {
    throw refused(registry.host, `${shown}, which is not HTTPS`);
  }
  if (url.username !== '' || url.password !== '') {
    throw refused(registry.host, `${shown} with credentials in the address`);
  }
  const host = withoutBrackets(url.hostname);
  const allowed = [...registry.allowed, ...(targetOf(registry.host)?.realms ?? [])];
  const isAllowed = allowed.includes(host) || allowed.includes(url.host);
  if (!isAllowed && !isSameOwner(host, withoutBrackets(registry.base.hostname))) {
    throw refused(registry.host, shown, host);
  }
  return url;
}

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}

function isSameOwner(host: string, registry: string): boolean {
  if (host === registry) return true;
  if (!/[a-z]/u.test(host) || host.includes(':')) return false;
  return isBelow(registry, host) || isBelow(host, registry) || isBelowSame(host, registry);
}

/** A suffix without a dot, like `com`, has no owner to trust. */
function isBelow(name: string, parent: string): boolean {
  return parent.includes('.') && name.endsWith(`.${parent}`);
}

function isBelowSame(a: string, b: string): boolean {
  const owner = ownedDomain(a);
  return owner !== undefined && owner === ownedDomain(b);
}

/**
 * The part of a name that one owner registered; absent when it has none. Short of the whole public suffix
 * list it knows countries and the large shared domains, which is enough: a registry that wants the
 * password could as well ask for it by itself, so this guards against mistakes, not against the registry.
 */
function ownedDomain(name: string): string | undefined {
  const labels = name.split('.');
  const [second, top] = [labels.at(-2) ?? '', labels.at(-1) ?? ''];
  const isDeep =
    (top.length === 2 && COUNTRY_SECOND_LEVEL.has(second)) ||
    SHARED_DOMAINS.has(`${second}.${top}`);
  const depth = isDeep ? 3 : 2;
  return labels.length < depth ? undefined : labels.slice(-depth).join('.');
}

function parse(realm: string, host: string): URL {
  try {
    return new URL(realm);
  } catch (error) {
    throw new RegistryError(
      'REALM_REFUSED',
      `${host} names ${JSON.stringify(realm.slice(0, 200))} as its token server, which is no address`,
      { cause: error },
    );
  }
}

function refused(registry: string, realm: string, host?: string): RegistryError {
  return new RegistryError(
    'REALM_REFUSED',
    `${registry} wants its credentials sent to ${realm}`,
    host === undefined
      ? {}
      : { hint: `If that is right, allow the realm \`${host}\` for the registry \`${registry}\`.` },
  );
}
