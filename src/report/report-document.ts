import { z } from 'zod';
import { stepKinds } from '../kernel/run-events.ts';
import { severities, verdicts } from '../kernel/verdict.ts';

/**
 * What `--format json` prints, for programs. The JSON Schema of the package, the reference page
 * `docs/reference/report.md` and the types come from here. A field that does not apply is null, never absent,
 * unless it says so.
 */
export const REPORT_SCHEMA = 'seatrial.report/1';

const schema = z.literal(REPORT_SCHEMA).describe('Changes when a reader would have to change.');
const count = z.int().min(0);
const durationMs = z.number().min(0).describe('Milliseconds.');

const reportedImage = z.object({
  ref: z.string().describe('The image as people refer to it.'),
  id: z.string().nullable().describe('Image id of the engine; null when it was never known.'),
  digest: z.string().nullable().describe('Manifest digest in a registry; null when it has none.'),
  platform: z
    .string()
    .describe('`os/architecture[/variant]`; of an index all of them, with commas between.'),
});

const imageClass = z
  .string()
  .nullable()
  .describe('`service`, `one-shot`, `shell`, `needs-config`; null when it was not determined.');

const reportedCase = z.object({
  suite: z.string(),
  id: z.string().describe('Unique within the suite.'),
  verdict: z.enum(verdicts).describe('`lost` is a failure of the infrastructure, never a pass.'),
  severity: z.enum(severities).describe('A `fail` of severity `error` is what stops the gate.'),
  durationMs,
  message: z.string().describe('What was found, in one sentence.'),
  evidence: z.string().nullable().describe('What was seen.'),
  fix: z.string().nullable().describe('What to do about it.'),
  reason: z.string().nullable().describe('Why it was skipped or lost.'),
  command: z.string().nullable().describe('A `docker` command that shows the same by hand.'),
});

const summary = z
  .object({ pass: count, warn: count, fail: count, skip: count, lost: count })
  .describe('How many cases had each verdict.');

const reportedError = z.object({
  code: z.string().describe('See the reference of errors.'),
  message: z.string(),
  hint: z.string().describe('What to do next.'),
});

const reportedStep = z.object({
  id: z.string(),
  kind: z.enum(stepKinds),
  image: z.string(),
  suite: z.string().nullable(),
  platform: z.string(),
  outcome: z
    .enum(['passed', 'cached', 'failed', 'lost', 'skipped', 'cancelled', 'unfinished'])
    .describe('`cached` is a pass of an earlier run with the same inputs.'),
  durationMs: durationMs.nullable(),
  reason: z.string().nullable().describe('Why it was cached or skipped, or what failed.'),
  imageId: z.string().nullable(),
  digest: z.string().nullable(),
  refs: z.array(z.string()).describe('Where the digest is now.'),
  moved: z.array(z.string()).describe('Of those, the ones that this run moved.'),
  error: reportedError.nullable(),
});

/** `seatrial check --format json`: one object about one image. */
export const checkReportSchema = z.object({
  schema,
  image: reportedImage,
  class: imageClass,
  cases: z.array(reportedCase),
  summary,
  error: reportedError.optional().describe('Present only when the check could not be completed.'),
});

/** `seatrial test --format json`, and that of every other command which runs a plan. */
export const runReportSchema = z.object({
  schema,
  run: z.object({
    id: z.string(),
    outcome: z
      .enum(['passed', 'failed', 'lost', 'cancelled', 'died'])
      .describe('`died` when the process ended without saying how.'),
    durationMs: durationMs.nullable(),
  }),
  images: z.array(
    reportedImage.extend({ class: imageClass, cases: z.array(reportedCase), summary }),
  ),
  steps: z.array(reportedStep),
  error: reportedError.optional().describe('Present only when the run ended with an error.'),
});

/** Instead of a report, when the command ended before there was anything to report about. */
export const errorReportSchema = z.object({ schema, error: reportedError });

const reportSchema = z.union([checkReportSchema, runReportSchema, errorReportSchema]);

export type CheckReport = z.infer<typeof checkReportSchema>;
export type RunReport = z.infer<typeof runReportSchema>;
export type ErrorReport = z.infer<typeof errorReportSchema>;
export type ReportedCase = z.infer<typeof reportedCase>;
export type ReportedImage = RunReport['images'][number];
export type ReportedStep = RunReport['steps'][number];

/** The JSON Schema (draft 2020-12) of a report. */
export function reportJsonSchema(): Readonly<Record<string, unknown>> {
  return { ...z.toJSONSchema(reportSchema), title: 'A report of seatrial', $id: REPORT_SCHEMA };
}
