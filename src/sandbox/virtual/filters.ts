import { RE2JS } from 're2js';
import { ApiRefusal } from './api-refusal.ts';
import { isObject, parsed, textsIn } from './json-value.ts';

/** Name of a filter to its values. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/**
 * The `filters` of a list. Clients send `{"label":["a"]}` or `{"label":{"a":true}}`; mixed in one object the engine
 * takes neither.
 * @throws {ApiRefusal} 400 when it is neither
 */
export function filtersIn(query: URLSearchParams): Filters {
  const text = query.get('filters') ?? '';
  if (text === '') return {};
  const value = parsed(text);
  if (!isObject(value)) throw new ApiRefusal(400, 'invalid filter');
  return Object.fromEntries(
    Object.entries(value).map(([name, values]) => [
      name,
      isObject(values)
        ? Object.keys(values).filter((key) => values[key] === true)
        : textsIn(values),
    ]),
  );
}

/** The filters for the query of a call, as maps. */
export function renderFilters(filters: Filters): string {
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(filters)
        .filter(([, values]) => values.length > 0)
        .map(([name, values]) => [name, Object.fromEntries(values.map((value) => [value, true]))]),
    ),
  );
}

/** Filters without some, and those alone. */
export function splitFilters(
  filters: Filters,
  names: readonly string[],
): { readonly ours: Filters; readonly theirs: Filters } {
  const entries = Object.entries(filters);
  return {
    ours: Object.fromEntries(entries.filter(([name]) => names.includes(name))),
    theirs: Object.fromEntries(entries.filter(([name]) => !names.includes(name))),
  };
}

/** Whether one of the names fits one of the patterns, as the engine matches names; true without patterns. */
export function fitsName(
  patterns: readonly string[] | undefined,
  names: readonly string[],
): boolean {
  if (patterns === undefined || patterns.length === 0) return true;
  return patterns.some((pattern) => names.some((name) => matches(pattern, name)));
}

function matches(pattern: string, name: string): boolean {
  if (pattern === name) return true;
  try {
    const expression = RE2JS.compile(pattern);
    return expression.test(name) || expression.test(`/${name}`);
  } catch {
    throw new ApiRefusal(400, `invalid filter name=${pattern}`);
  }
}
