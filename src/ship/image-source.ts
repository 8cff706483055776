import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { Digest } from '../kernel/digest.ts';
import { descriptorSchema } from '../registry/wire.ts';
import { ShipError } from './errors.ts';

/** Where the bytes of an image are: a tar that came from an engine or a builder, or a repository. */
export interface ImageSource {
  /** Manifests and indexes to begin at. */
  readonly entries: readonly IndexEntry[];
  /** The whole of a manifest, an index or a config; absent when it is not there. */
  readDocument(wanted: DocumentName): Promise<Buffer | undefined>;
  /**
   * The bytes of a layer as they were stored; absent when it is not there with that size. The stream fails when
   * they are not those of the digest.
   */
  openLayer(layer: {
    readonly digest: Digest;
    readonly size: number;
  }): Promise<Readable | undefined>;
}

export interface DocumentName {
  readonly digest: Digest;
  readonly mediaType: string;
}

/** Of a manifest, an index or a config. */
export const MAX_DOCUMENT_BYTES = 4 * 1024 ** 2;
const MAX_ENTRIES = 10_000;

/** By the same names in an index and in the config of an image. */
export const platformSchema = z.object({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().optional(),
});
const entrySchema = descriptorSchema.extend({ platform: platformSchema.optional() });

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md */
export const indexSchema = z.object({
  schemaVersion: z.literal(2),
  manifests: z.array(entrySchema).max(MAX_ENTRIES),
});

export type IndexEntry = z.infer<typeof entrySchema>;

/** @throws {ShipError} IDENTITY_BROKEN when it is not there */
export async function requireDocument(source: ImageSource, wanted: DocumentName): Promise<Buffer> {
  const bytes = await source.readDocument(wanted);
  if (bytes !== undefined) return bytes;
  throw incoherent(`the blob ${wanted.digest} is missing`);
}

/** @throws {ShipError} IDENTITY_BROKEN when the bytes are not of the schema; `what` names them */
export function parseDocument<Schema extends z.ZodType>(
  schema: Schema,
  bytes: Buffer,
  what: string,
): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw incoherent(`${what} is no JSON`, error);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw incoherent(
    `${what} is malformed at ${issue?.path.join('.') || 'its top'}: ${issue?.message}`,
  );
}

/** `problem` is a sentence without its end. */
export function incoherent(problem: string, cause?: unknown): ShipError {
  return new ShipError('IDENTITY_BROKEN', `the image does not hang together: ${problem}`, {
    cause,
  });
}
