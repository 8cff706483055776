/** Plain values as goss has them in Go, and what Go makes of them. */

export type PlainRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is PlainRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As Go prints with `%v`; the items of a list stand on lines of their own. */
export function toText(value: unknown): string {
  return Array.isArray(value) ? value.map(printValue).join('\n') : printValue(value);
}

/** @see https://pkg.go.dev/fmt#hdr-Printing */
export function printValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(printValue).join(' ')}]`;
  if (isRecord(value)) {
    const pairs = Object.keys(value)
      .sort()
      .map((key) => `${key}:${printValue(value[key])}`);
    return `map[${pairs.join(' ')}]`;
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/u;

/** Absent for what is no number and no text of one. */
export function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const isTexts = Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (typeof value !== 'string' && !isTexts) return undefined;
  const text = toText(value).trim();
  return DECIMAL.test(text) ? Number(text) : undefined;
}

/** Lines of a text; anything else stays as it is. */
export function toList(value: unknown): unknown {
  return typeof value === 'string' ? value.split('\n') : value;
}

/** Bytes of a text, items of a list, keys of a map. Absent for what has no length. */
export function lengthOf(value: unknown): number | undefined {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  return isRecord(value) ? Object.keys(value).length : undefined;
}

/** The items of a list, or the values of a map. Absent for anything else. */
export function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value as readonly unknown[];
  return isRecord(value) ? Object.values(value) : undefined;
}

export function isSame(left: unknown, right: unknown): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => isSame(item, right[index]));
  }
  if (isRecord(left) && isRecord(right)) {
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && isSame(left[key], right[key]))
    );
  }
  return left === right;
}

const MOST_SHOWN = 200;

/** For a sentence: as JSON, shortened. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
