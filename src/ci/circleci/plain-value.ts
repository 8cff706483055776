import { isScalar } from 'yaml';
import type { Plain } from './tree.ts';

/** What a scalar of the YAML parser stands for. Dates and other objects do not come from the core schema. */
export function toPlain(value: unknown): Plain {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  return typeof value === 'symbol' ? (value.description ?? '') : null;
}

/** The scalar as it is written, without quotes. */
export function writtenOf(node: unknown, value: Plain): string {
  const source = isScalar(node) ? node.source : undefined;
  return source ?? (value === null ? '' : String(value));
}
