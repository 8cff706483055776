import { vi } from 'vitest';
import { z } from 'zod';

/** Vitest's own limits, made for code without containers. */
const VITEST_TEST_MS = 5000;
const VITEST_HOOK_MS = 10_000;
const TEST_MS = 120_000;
const HOOK_MS = 120_000;

const workerSchema = z.object({
  config: z.object({ testTimeout: z.number(), hookTimeout: z.number() }),
});

/**
 * Gives the tests of the file that is being imported two minutes each, unless the project's own configuration
 * says how long tests may take.
 */
export function raiseTimeouts(): void {
  // Vitest has no public way to read its configuration from a test.
  const worker = workerSchema.safeParse(Reflect.get(globalThis, '__vitest_worker__'));
  if (!worker.success) return;
  const { testTimeout, hookTimeout } = worker.data.config;
  vi.setConfig({
    ...(testTimeout === VITEST_TEST_MS ? { testTimeout: TEST_MS } : {}),
    ...(hookTimeout === VITEST_HOOK_MS ? { hookTimeout: HOOK_MS } : {}),
  });
}
