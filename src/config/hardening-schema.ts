import { z } from 'zod';
import { size } from './schema-values.ts';

const path = z.string().startsWith('/', 'must be an absolute path');
const capability = z.string().regex(/^[A-Z][A-Z_]+$/u, 'must be a capability such as `NET_RAW`');

/** What a container is given at the least, and everything else denied. */
export const hardeningSchema = z.strictObject({
  read_only: z.boolean().default(false).describe('Whether its file system is read-only.'),
  tmpfs: z.array(path).default([]).describe('Folders in memory that it writes to.'),
  volumes: z
    .array(path)
    .default([])
    .describe('Folders of the image that it writes to, and whose files it needs.'),
  user: z.string().min(1).optional().describe("Whom it runs as. Default: the image's USER."),
  cap_add: z.array(capability).default([]).describe('What it may do; all else is dropped.'),
  no_new_privileges: z
    .boolean()
    .default(false)
    .describe('Whether programs with setuid give it nothing.'),
  memory: size.optional().describe('What it starts with. Default: no limit.'),
});
export type Hardening = z.infer<typeof hardeningSchema>;

/** `seatrial.lock`. */
export const lockSchema = z.strictObject({
  version: z.literal(1),
  images: z.record(z.string(), z.strictObject({ hardening: hardeningSchema })).default({}),
});
