/**
 * `seatrial/test`: Vitest with fixtures that run containers of the image. See `docs/spec-tests.md`.
 */
import { raiseTimeouts } from './timeouts.ts';

export { describe, expect } from 'vitest';
export { test } from './fixtures.ts';
export type { SpecFixtures, SpecImage, SpecNetwork, SpecVolume } from './fixtures.ts';
export type { RunOptions } from './container-options.ts';
export type { Container, ContainerExecOptions } from './spec-container.ts';

raiseTimeouts();
