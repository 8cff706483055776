import { isRecord } from '../matchers/values.ts';

/** What a template may look at: `.Env` and `.Vars`. */
export interface TemplateData {
  readonly env: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, unknown>>;
  /** What to do about a variable that `env` does not have. */
  readonly adviceOnEnv: (name: string) => string | undefined;
}

/** @see https://pkg.go.dev/text/template#hdr-Actions */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isRecord(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** A text of more is no file of tests, and nothing to make one of. */
export const MOST_CHARS = 4 * 1024 ** 2;
