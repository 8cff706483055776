export interface RequestPath {
  /** `/v1.41`, or nothing. */
  readonly version: string;
  /** Decoded, without version. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/**
 * The parts of what stands in a request line. Only what comes of this is looked at; what goes to the engine is put
 * together anew. Absent when a part of the path leads up or nowhere (`..`, `%2e%2e`, `%zz`).
 */
export function readPath(target: string): RequestPath | undefined {
  const question = target.indexOf('?');
  const raw = question === -1 ? target : target.slice(0, question);
  const query = new URLSearchParams(question === -1 ? '' : target.slice(question + 1));
  const decoded = decode(raw);
  if (decoded === undefined || !decoded.startsWith('/')) return undefined;
  const parts = decoded.split('/').filter((part) => part !== '');
  if (parts.some((part) => part === '.' || part === '..' || hasControl(part))) return undefined;
  const isVersioned = /^v\d+(?:\.\d+)?$/u.test(parts[0] ?? '');
  return {
    version: isVersioned ? `/${parts[0] ?? ''}` : '',
    path: `/${parts.slice(isVersioned ? 1 : 0).join('/')}`,
    query,
  };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function hasControl(part: string): boolean {
  return /\p{Cc}/u.test(part);
}
