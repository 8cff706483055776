import { z } from 'zod';
import type { readySchema, runSchema, stateSchema } from '../../config/schema.ts';
import type { Environment } from '../../host/environment.ts';

/** Name of the variable through which `seatrial test` tells spec files what they are about. */
export const HANDOVER_VARIABLE = 'SEATRIAL_SPEC';

/**
 * A profile after its defaults were filled in. Durations are milliseconds then, while a number in the
 * configuration is seconds, so that it must not pass the configuration's schema a second time.
 */
export const profileSchema = z.object({
  ready: z.custom<z.output<typeof readySchema>>(isObject).optional(),
  run: z.custom<z.output<typeof runSchema>>(isObject),
  state: z.custom<z.output<typeof stateSchema>>(isObject).optional(),
});

const handoverSchema = z.object({
  runId: z.string(),
  projectFolder: z.string(),
  /** The environment that leads to the real engine; DOCKER_HOST is the labelling one. */
  engine: z.record(z.string(), z.string()),
  image: z.object({
    name: z.string(),
    ref: z.string(),
    id: z.string(),
    profile: profileSchema,
  }),
});

/** Everything a spec file needs to know, as JSON in one environment variable. */
export type Handover = z.output<typeof handoverSchema>;

/** Absent when the spec file does not run under `seatrial test`. */
export function readHandover(env: Environment): Handover | undefined {
  const text = env[HANDOVER_VARIABLE];
  return text === undefined ? undefined : handoverSchema.parse(JSON.parse(text));
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
