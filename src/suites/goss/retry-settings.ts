import { z } from 'zod';

/** `retry_count` and `retry_delay`, a number of ms or a duration of Go. */
export const retrySettings = {
  retry_count: z.int().min(0).optional(),
  retry_delay: z.union([z.number().min(0), z.string()]).optional(),
};

const DEFAULT_DELAY_MS = 1000;

const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Absent when it is no duration. Nothing, and 0, are a second.
 * @see https://pkg.go.dev/time#ParseDuration
 */
export function parseRetryDelayMs(written: string | number | undefined): number | undefined {
  const text = String(written ?? '').trim();
  if (text === '' || /^\d+(?:\.\d+)?$/u.test(text)) return Number(text) || DEFAULT_DELAY_MS;
  if (!/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/u.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/gu)];
  const sumMs = parts.reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (UNITS_MS[unit] ?? 0),
    0,
  );
  return sumMs || DEFAULT_DELAY_MS;
}
