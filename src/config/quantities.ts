const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
};

/** `500ms`, `10s`, `1m30s` to whole milliseconds; a bare number is seconds. Absent when it is neither. */
export function parseDurationMs(value: string | number): number | undefined {
  const text = String(value);
  if (/^\d+(?:\.\d+)?$/u.test(text)) return Math.round(Number(text) * 1000);
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/u.test(text)) return undefined;
  const sumMs = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/gu)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (DURATION_UNITS[unit ?? ''] ?? 0),
    0,
  );
  return Math.round(sumMs);
}

/**
 * `512m`, `2g`, `64k` (powers of 1024) to whole bytes; a bare number is bytes. Absent when it is neither, or
 * nothing at all: engines take a limit of 0 for no limit.
 */
export function parseSizeBytes(value: string | number): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([bkmg]?)i?b?$/iu.exec(String(value));
  if (!match?.[1]) return undefined;
  const bytes = Number(match[1]) * (SIZE_UNITS[(match[2] ?? '').toLowerCase()] ?? 1);
  const isWhole = match[2] !== '' || Number.isInteger(bytes);
  return isWhole && bytes >= 1 && Number.isSafeInteger(Math.round(bytes))
    ? Math.round(bytes)
    : undefined;
}
