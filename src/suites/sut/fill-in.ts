import type { ConfigSource } from '../../config/config-source.ts';
import type { Path, Problem } from '../../config/diagnostics.ts';
import { substitute, type Variables } from './substitute.ts';

/** A document with its variables filled in, and the places where that could not be done. */
export interface Filled {
  readonly value: unknown;
  readonly problems: readonly Problem[];
}

/** Fills in the variables of all texts, and leaves the extensions (`x-…`) out. Keys are not looked at. */
export function fillIn(value: unknown, variables: Variables): Filled {
  const problems: Problem[] = [];
  const filled = eachText(value, [], (text, path) => {
    const result = substitute(text, variables);
    if (result.ok) return result.text;
    const { offset, problem: message, suggestion } = result;
    problems.push({ path, offset, message, suggestion });
    return '';
  });
  return { value: filled, problems };
}

/** Where keys of one's own may stand: beside the keys of the file, of a service, and of a network or volume. */
const EXTENSIBLE_DEPTHS: readonly number[] = [0, 2];

function eachText(
  value: unknown,
  path: Path,
  change: (text: string, path: Path) => string,
): unknown {
  if (typeof value === 'string') return change(value, path);
  if (Array.isArray(value)) {
    return value.map((each: unknown, index) => eachText(each, [...path, index], change));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !(key.startsWith('x-') && EXTENSIBLE_DEPTHS.includes(path.length)))
      .map(([key, each]: [string, unknown]) => [key, eachText(each, [...path, key], change)]),
  );
}

/** Numbers as they are written: `1.10` must not become `1.1`, whatever it stands for. */
export function numbersAsText(value: unknown, source: Pick<ConfigSource, 'writtenAt'>): unknown {
  return withText(value, [], source);
}

function withText(value: unknown, path: Path, source: Pick<ConfigSource, 'writtenAt'>): unknown {
  if (typeof value === 'number') return source.writtenAt(path) ?? String(value);
  if (Array.isArray(value)) {
    return value.map((each: unknown, index) => withText(each, [...path, index], source));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]: [string, unknown]) => [
      key,
      withText(each, [...path, key], source),
    ]),
  );
}
