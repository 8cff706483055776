import type { ConfigInput } from './schema.ts';

/**
 * Gives `seatrial.config.ts` its types: editors complete the keys and mark wrong ones. Returns its argument
 * as it is; everything is checked when the configuration is loaded.
 *
 * @example
 * ```ts
 * import { defineConfig } from 'seatrial';
 *
 * export default defineConfig({
 *   images: { app: { ready: { port: 8080 } } },
 * });
 * ```
 */
export function defineConfig(input: ConfigInput): ConfigInput {
  return input;
}
