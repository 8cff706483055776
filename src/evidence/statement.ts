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
  /** @see https://github.com/in-toto/attestation/blob/051624c/spec/predicates/svr.md */
  verification: 'https://in-toto.io/attestation/svr/v0.2',
} as const;

/** `provenance` for the URI of a provenance; other URIs as they are. */
export function nameOfType(type: string): string {
  if (type === predicateTypes.testResult) return 'test-result';
  if (type === predicateTypes.provenance) return 'provenance';
  if (type === predicateTypes.verification) return 'verification-result';
  return type === predicateTypes.sbom ? 'sbom' : type;
}

/** What is said of one image or index. Who says it, the signature around it tells. */
export interface Statement {
  /** What it is evidence of. */
  readonly subject: StatementSubject;
  /**
   * The images of an index on which it was found out. It is evidence of none of them alone: what holds for them
   * together may hold for one and not for the other. @default none
   */
  readonly members?: readonly StatementSubject[] | undefined;
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
export function renderStatement(statement: Statement): string {
  const { subject, members = [], predicateType, predicate } = statement;
  return JSON.stringify({
    _type: STATEMENT_TYPE,
    subject: [subject, ...members].map(({ name, digest }) => ({
      name,
      digest: { sha256: hexOf(digest) },
    })),
    predicateType,
    predicate,
  });
}

/** Nobody builds an index for more platforms than this. */
const MAX_SUBJECTS = 100;

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
    .min(1, 'is nothing')
    .max(MAX_SUBJECTS, `is more than ${MAX_SUBJECTS}`)
    .refine(
      (subjects) => new Set(subjects.map(({ digest }) => digest.sha256)).size === subjects.length,
      'names one digest twice',
    ),
  predicateType: z.string().min(1),
  predicate: z.record(z.string(), z.unknown()),
});

/** Reads a statement. Only of its first subject is it evidence. */
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
  const [first, ...members] = subject.map(({ name, digest }) => ({
    name,
    digest: `sha256:${digest.sha256}` as const,
  }));
  if (first === undefined) return { ok: false, problem: 'has no subject' };
  return {
    ok: true,
    value: {
      subject: first,
      ...(members.length === 0 ? {} : { members }),
      predicateType,
      predicate,
    },
  };
}
