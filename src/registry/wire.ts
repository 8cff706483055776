import { z } from 'zod';
import { isDigest } from '../kernel/digest.ts';

/** Loose where registries are loose; only what is used is read. */

const digest = z.string().refine(isDigest, 'is no sha256 digest');

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md#image-index-property-descriptions */
const platform = z.object({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().optional(),
});

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md */
export const descriptorSchema = z.object({
  mediaType: z.string(),
  digest,
  size: z.int().nonnegative(),
  artifactType: z.string().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  urls: z.array(z.string()).optional(),
  /** What is no platform says nothing: such a child may be pulled by anybody. */
  platform: platform.optional().catch(undefined),
});
export type WireDescriptor = z.infer<typeof descriptorSchema>;

/** Most layers or children that a manifest may have. */
const MAX_ENTRIES = 10_000;

/**
 * What a manifest and an index have in common; which one it is, the media type says.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md
 */
export const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  config: descriptorSchema.optional(),
  layers: z.array(descriptorSchema).max(MAX_ENTRIES).optional(),
  manifests: z.array(descriptorSchema).max(MAX_ENTRIES).optional(),
  subject: descriptorSchema.optional(),
  annotations: z.record(z.string(), z.string()).nullish(),
});
export type WireManifest = z.infer<typeof manifestSchema>;

/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes */
export const errorsSchema = z.object({
  errors: z.array(z.object({ code: z.string(), message: z.string().nullish() })).min(1),
});

/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags */
export const tagsSchema = z.object({ tags: z.array(z.string()).nullish() });

/** @see https://distribution.github.io/distribution/spec/auth/token/ */
export const tokenSchema = z.object({
  token: z.string().min(1).optional(),
  access_token: z.string().min(1).optional(),
  expires_in: z.number().positive().optional(),
});
