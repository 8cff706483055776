/**
 * The library. Everything else is internal and may change between versions; `seatrial/registry` is the registry
 * client, and `seatrial/test` the fixtures of spec tests.
 *
 * - `defineConfig` gives `seatrial.config.ts` its types.
 * - `AppError` is what every error of Seatrial is: with a code, a hint and details.
 */
export { defineConfig } from './config/define-config.ts';
export type { ConfigInput } from './config/schema.ts';
export { AppError } from './kernel/errors.ts';
