import { z } from 'zod';
import { hexOf, isDigest, type Digest } from '../kernel/digest.ts';
import { messageOf } from '../kernel/errors.ts';
import type { Reading } from '../kernel/image-reference.ts';

/** @see https://github.com/in-toto/attestation/blob/v1.1.2/spec/v1/statement.md */
const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';

export const predicateTypes = {
  /** @see https://github.com/in-toto/attestation/blob/v1.1.2/spec/predicates/test-result.md */
  testResult: 'https://in-toto.io/attestation/test-result/v0.1',
  /** @see https://slsa.dev/spec/v1.1/provenance */
  provenance: 'https://slsa.dev/provenance/v1',
  /** @see https://cyclonedx.org/docs/1.6/json/ */
  sbom: 'https://cyclonedx.org/bom',
} as const;

/** `provenance` for the URI of a provenance; other URIs as they are. */
export function nameOfType(type: string): string {
  if (type === predicateTypes.testResult) return 'test-result';
  if (type === predicateTypes.provenance) return 'provenance';
  return type === predicateTypes.sbom ? 'sbom' : type;
}

/** What is said of one image. Who says it, the signature around it tells. */
export interface Statement {
  readonly subject: StatementSubject;
  readonly predicateType: string;
  readonly predicate: unknown;
}

export interface StatementSubject {
  /** `host/repository`, for people: only the digest counts. */
  readonly name: string;
  /** Of the manifest. */
  readonly digest: Digest;
}

/** The bytes that are signed. */
export function renderStatement({ subject, predicateType, predicate }: Statement): string {
  return JSON.stringify({
    _type: STATEMENT_TYPE,
    subject: [{ name: subject.name, digest: { sha256: hexOf(subject.digest) } }],
    predicateType,
    predicate,
  });
}

const statementSchema = z.object({
  _type: z.literal(STATEMENT_TYPE, 'is no in-toto statement of version 1'),
  subject: z
    .array(
      z.object({
        name: z.string().default(''),
        digest: z.object({
          sha256: z.string().refine((hex) => isDigest(`sha256:${hex}`), 'is no sha256 digest'),
        }),
      }),
    )
    .length(1, 'has to be exactly one'),
  predicateType: z.string().min(1),
  predicate: z.record(z.string(), z.unknown()),
});

/** Reads a statement about exactly one digest; one about several proves nothing of any of them. */
export function parseStatement(bytes: Uint8Array): Reading<Statement> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    return { ok: false, problem: `is no JSON: ${messageOf(error)}` };
  }
  const parsed = statementSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return {
      ok: false,
      problem: `is malformed at ${issue?.path.join('.') || 'its top'}: ${issue?.message}`,
    };
  }
  const { subject, predicateType, predicate } = parsed.data;
  const [only] = subject;
  if (only === undefined) return { ok: false, problem: 'has no subject' };
  return {
    ok: true,
    value: {
      subject: { name: only.name, digest: `sha256:${only.digest.sha256}` },
      predicateType,
      predicate,
    },
  };
}
