import { z } from 'zod';
import { messageOf } from '../kernel/errors.ts';
import type { Reading } from '../kernel/image-reference.ts';
import { PAYLOAD_TYPE } from './dsse.ts';
import { parseStatement, type Statement } from './statement.ts';

/** @see https://docs.sigstore.dev/about/bundle/ */
export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** What can be signed at all: an SBOM of a large image has a few MiB. */
export const MAX_BUNDLE_BYTES = 16 * 1024 ** 2;

/** A bundle that is well-formed. It proves nothing before `verifyBundle` has said so. */
export interface ParsedBundle {
  readonly statement: Statement;
  /** Names the key for whoever has several; absent when a certificate is in the bundle. */
  readonly keyHint?: string | undefined;
  /** As it was read, for the library that verifies it. */
  readonly json: unknown;
}

/** Only the one notation of base64: two texts for the same bytes would be two bundles for one statement. */
const base64 = z
  .string()
  .refine(
    (text) => Buffer.from(text, 'base64').toString('base64') === text,
    'is no canonical base64',
  );

/** @see https://github.com/sigstore/protobuf-specs/blob/v0.5.0/protos/sigstore_bundle.proto */
const bundleSchema = z.object({
  mediaType: z.literal(BUNDLE_TYPE, `is not ${BUNDLE_TYPE}`),
  verificationMaterial: z.object({
    publicKey: z.object({ hint: z.string().optional() }).optional(),
    certificate: z.object({ rawBytes: base64 }).optional(),
  }),
  dsseEnvelope: z.object({
    payload: base64,
    payloadType: z.literal(PAYLOAD_TYPE, `is not ${PAYLOAD_TYPE}`),
    signatures: z
      .array(z.object({ sig: base64.min(1, 'is empty') }))
      .length(1, 'has to be exactly one'),
  }),
});

/** The file that holds a statement and its signature by a key that people know. */
export function renderKeyBundle(signed: {
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  readonly keyHint: string;
}): string {
  return JSON.stringify({
    mediaType: BUNDLE_TYPE,
    verificationMaterial: { publicKey: { hint: signed.keyHint }, tlogEntries: [] },
    dsseEnvelope: {
      payload: Buffer.from(signed.payload).toString('base64'),
      payloadType: PAYLOAD_TYPE,
      signatures: [{ sig: Buffer.from(signed.signature).toString('base64') }],
    },
  });
}

/** Reads a bundle of one statement with one signature. */
export function parseBundle(bytes: Uint8Array): Reading<ParsedBundle> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    return { ok: false, problem: `is no JSON: ${messageOf(error)}` };
  }
  const parsed = bundleSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const place = issue?.path.join('.') || 'its top';
    return { ok: false, problem: `is malformed at ${place}: ${issue?.message}` };
  }
  const { verificationMaterial, dsseEnvelope } = parsed.data;
  const statement = parseStatement(Buffer.from(dsseEnvelope.payload, 'base64'));
  if (!statement.ok) return { ok: false, problem: `holds a statement that ${statement.problem}` };
  const keyHint = verificationMaterial.publicKey?.hint;
  return {
    ok: true,
    value: {
      statement: statement.value,
      ...(keyHint === undefined ? {} : { keyHint }),
      json,
    },
  };
}
