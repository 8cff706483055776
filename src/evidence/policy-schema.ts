import { z } from 'zod';
import { parseDurationMs } from '../config/quantities.ts';
import { parseReference } from '../kernel/image-reference.ts';
import { predicateTypes } from './statement.ts';
import { VERIFIER, verifiedProperties } from './verification-result.ts';

const shortNames = {
  'test-result': predicateTypes.testResult,
  provenance: predicateTypes.provenance,
  sbom: predicateTypes.sbom,
  'verification-result': predicateTypes.verification,
} as const;

const DAY_MS = 86_400_000;

const age = z.union([z.string(), z.number()]).transform((value, context) => {
  const [, days] = /^(\d+(?:\.\d+)?)d$/u.exec(String(value)) ?? [];
  const ms = days === undefined ? parseDurationMs(value) : Number(days) * DAY_MS;
  if (ms !== undefined && ms > 0) return ms;
  context.addIssue({ code: 'custom', message: 'is no age such as `12h` or `30d`' });
  return z.NEVER;
});

const predicateType = z.string().transform((text, context) => {
  const known = Object.entries(shortNames).find(([name]) => name === text);
  if (known !== undefined) return known[1];
  if (/^(?:https?|urn):\S+$/u.test(text)) return text;
  const names = Object.keys(shortNames).map((name) => `\`${name}\``);
  context.addIssue({ code: 'custom', message: `is neither one of ${names.join(', ')} nor a URI` });
  return z.NEVER;
});

const base = z.string().superRefine((text, context) => {
  const reading = parseReference(text.replace(/\/\*$/u, '/any'));
  if (reading.ok) return;
  context.addIssue({ code: 'custom', message: reading.problem });
});

/** What a person writes. Unknown keys are errors: a rule that is misspelt must not hold by itself. */
export const policySchema = z.strictObject({
  keys: z
    .array(z.string().min(1))
    .default([])
    .describe('Public keys that may sign: paths, relative to this file, or PEM texts.'),
  identities: z
    .array(
      z.strictObject({
        issuer: z.string().min(1).describe('The issuer of the token that the signer held.'),
        subject: z
          .string()
          .min(1)
          .describe('The whole subject of the certificate; `*` stands for any text.'),
        trusted_root: z
          .string()
          .min(1)
          .describe('File with the authorities and logs that are believed (`trusted_root.json`).'),
      }),
    )
    .default([])
    .describe('Identities that may sign without a key of their own.'),
  require: z
    .array(predicateType)
    .min(1)
    .default([predicateTypes.testResult])
    .describe('Kinds of evidence that must be there. Default: `[test-result]`.'),
  verified: z
    .strictObject({
      by: z
        .array(z.string().min(1))
        .min(1)
        .default([VERIFIER])
        .describe('Verifiers that are believed, by their URI. Default: Seatrial.'),
      properties: z
        .array(z.string().min(1))
        .min(1)
        .default([verifiedProperties.tested])
        .describe('What they must have found, all of it. Default: `[SEATRIAL_TESTED]`.'),
    })
    .optional()
    .describe('Accepts a verification result, made at promotion, in the place of a test result.'),
  suites: z
    .array(z.string().min(1))
    .default([])
    .describe('Suites with at least one passed case each. Default: any.'),
  warnings: z
    .enum(['allow', 'refuse'])
    .default('allow')
    .describe('What becomes of a result with warnings. Default: `allow`.'),
  untested: z
    .enum(['allow', 'refuse'])
    .default('allow')
    .describe(
      'What becomes of a platform of an index that is declared untested. Default: `allow`.',
    ),
  max_age: age.optional().describe('How long ago the tests may have been: `12h`, `30d`.'),
  bases: z
    .array(base)
    .optional()
    .describe(
      'Images from outside that may be built on: `debian`, `debian:12`, `debian@sha256:…`, `registry.example/base/*`.',
    ),
});

export type PolicyFile = z.infer<typeof policySchema>;
