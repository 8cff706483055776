import { RegistryError } from '../errors.ts';
import { isInternalLiteral, withoutBrackets } from './network-hosts.ts';

/**
 * Where the registry sends us next, by redirect or upload location. Its own host may say anything about
 * itself; another host may neither be inside a private network nor be reached in plain text from HTTPS.
 * @throws {RegistryError} REDIRECT_REFUSED
 */
export function nextLocation(from: URL, location: string | undefined, registry: URL): URL {
  if (location === undefined || location === '') {
    throw refused(from, 'without a Location header', {});
  }
  const next = parse(from, location);
  const shown = `to ${next.protocol}//${next.host}`;
  if (next.protocol !== 'https:' && next.protocol !== 'http:') throw refused(from, shown, {});
  if (next.username !== '' || next.password !== '') {
    throw refused(from, `${shown} with credentials in the address`, {});
  }
  if (from.protocol === 'https:' && next.protocol === 'http:') {
    throw refused(from, `${shown}, from HTTPS to plain HTTP`, {
      hint: 'Let the proxy in front of the registry send `X-Forwarded-Proto: https`.',
    });
  }
  const host = withoutBrackets(next.hostname);
  const isOwn =
    host === withoutBrackets(from.hostname) || host === withoutBrackets(registry.hostname);
  if (!isOwn && isInternalLiteral(next.hostname)) {
    throw refused(from, `${shown}, an address inside a private network`, {});
  }
  return next;
}

function parse(from: URL, location: string): URL {
  try {
    return new URL(location, from);
  } catch (error) {
    throw refused(from, `to ${JSON.stringify(location.slice(0, 200))}, which is no address`, {
      cause: error,
    });
  }
}

function refused(
  from: URL,
  what: string,
  options: { readonly hint?: string; readonly cause?: unknown },
): RegistryError {
  return new RegistryError(
    'REDIRECT_REFUSED',
    `${from.protocol}//${from.host} redirects ${what}`,
    options,
  );
}
