import { RegistryError } from '../errors.ts';
import type { Answer } from './answer.ts';
import type { Exchange } from './exchange.ts';

const MOST_PAGES = 10_000;

/**
 * Follows `Link: <…>; rel="next"` from page to page: on this registry only, never in a circle.
 * `readPage` gets a path and returns the answer's link.
 * @see https://www.rfc-editor.org/rfc/rfc8288
 */
export async function followPages(
  exchange: Exchange,
  first: string,
  readPage: (to: string) => Promise<string | undefined>,
): Promise<void> {
  const seen = new Set<string>();
  for (let to: string | undefined = first; to !== undefined;) {
    if (seen.has(to) || seen.size >= MOST_PAGES) {
      throw malformed(exchange, 'leads in a circle from page to page');
    }
    seen.add(to);
    to = await readPage(to);
  }
}

/** The path of the next page; absent on the last one. */
export function nextPageOf(answer: Answer, exchange: Exchange): string | undefined {
  const link = answer.header('link')?.match(/<([^<>]*)>\s*;(?:[^,]*;)?\s*rel="?next"?/u)?.[1];
  if (link === undefined) return undefined;
  const url = URL.parse(link, answer.url.href);
  if (url?.origin !== exchange.base.origin) {
    throw malformed(exchange, `sends to ${url?.host ?? 'no address'} for the next page`);
  }
  return `${url.pathname}${url.search}`;
}

function malformed(exchange: Exchange, what: string): RegistryError {
  return new RegistryError('ANSWER_MALFORMED', `${exchange.base.host} ${what}`);
}
