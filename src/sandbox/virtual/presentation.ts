import { parsed, isObject } from './json-value.ts';
import { hostToShown } from './bind-map.ts';
import type { Session } from './session.ts';

/**
 * Texts of the engine in the words of the script: names without our prefix, images without our registry, folders
 * as the script knows them. The prefix is random, so that it cannot stand in data of the user by accident; this
 * catches what edits of known members forget, as error texts.
 */
export function presentText(text: string, session: Session): string {
  const named = text.replaceAll(session.prefix, '').replaceAll(session.images.registry, '');
  return hostToShown(named, session.binds);
}

/** Rewrites a stream of JSON lines, one by one. Absent: the line is left out. */
export type RewriteLine = (value: unknown) => unknown;

/** Splits text into lines, whatever pieces it comes in, and hands each to `onLine`. */
export async function eachLine(
  pieces: AsyncIterable<unknown>,
  onLine: (line: string) => Promise<void> | void,
): Promise<void> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const piece of pieces) {
    rest += piece instanceof Uint8Array ? decoder.decode(piece, { stream: true }) : String(piece);
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) await onLine(line);
  }
  if (rest !== '') await onLine(rest);
}

/** One line of a JSON stream, changed; a line that is no JSON object only in its words. */
export function presentLine(
  line: string,
  session: Session,
  rewrite?: RewriteLine,
): string | undefined {
  if (rewrite === undefined) return presentText(line, session);
  const value = parsed(line.trim());
  if (!isObject(value)) return presentText(line, session);
  const changed = rewrite(value);
  if (changed === undefined) return undefined;
  return presentText(JSON.stringify(changed), session);
}
