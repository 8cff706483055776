import { z } from 'zod';

/** @see https://github.com/in-toto/attestation/blob/v1.1.2/spec/v1/resource_descriptor.md */
export const resourceDescriptorSchema = z.object({
  name: z.string().optional(),
  uri: z.string().optional(),
  digest: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.unknown()).optional(),
});

export type ResourceDescriptor = z.infer<typeof resourceDescriptorSchema>;
