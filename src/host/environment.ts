/** Environment variables as a value, so that nothing below reads `process.env` by itself. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A snapshot of this process's environment. */
export function processEnvironment(): Environment {
  return Object.freeze({ ...process.env });
}
