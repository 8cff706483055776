import { z } from 'zod';

const location = z.object({ file: z.string(), line: z.number(), column: z.number() });

const failure = z.object({
  name: z.string(),
  message: z.string(),
  /** What to do next, when the error knows. */
  hint: z.string().optional(),
  /** Expected and received, as Vitest shows them. */
  diff: z.string().optional(),
  /** In the spec file if possible. */
  at: location.optional(),
});

/** What our reporter inside Vitest tells `seatrial test`, one JSON object a line. */
export const specMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('test-started'), file: z.string(), title: z.string() }),
  z.object({
    type: z.literal('test'),
    file: z.string(),
    /** With the titles of the groups around it. */
    title: z.string(),
    state: z.enum(['passed', 'failed', 'skipped']),
    durationMs: z.number(),
    retries: z.number(),
    note: z.string().optional(),
    failures: z.array(failure),
  }),
  /** After all tests of a file; with failures when it could not be loaded, or a hook around tests failed. */
  z.object({
    type: z.literal('file'),
    file: z.string(),
    tests: z.number(),
    durationMs: z.number(),
    failures: z.array(failure),
  }),
  /** Vitest came to its end. `unhandled` are errors that belong to no test. */
  z.object({ type: z.literal('end'), unhandled: z.array(failure) }),
]);

export type SpecMessage = z.output<typeof specMessageSchema>;
export type SpecFailure = z.output<typeof failure>;
export type TestMessage = Extract<SpecMessage, { type: 'test' }>;
