import { z } from 'zod';

/**
 * The one spine: everything a run does is one of these, appended to `.seatrial/runs/<id>/events.jsonl`.
 * Terminal, JUnit, history, HTML and resume read nothing else. Documented in `docs/reference/events.md`.
 *
 * `effect.intent` is written and fsynced before an effect outside the process, `effect.done` after it was
 * read back.
 */
export const EVENT_VERSION = 1;

const verdict = z.enum(['pass', 'warn', 'fail', 'skip', 'lost']);
const severity = z.enum(['error', 'warn', 'info']);

export const caseSchema = z.object({
  suite: z.string(),
  id: z.string(),
  verdict,
  severity,
  durationMs: z.number(),
  message: z.string(),
  evidence: z.string().optional(),
  fix: z.string().optional(),
  reason: z.string().optional(),
  command: z.string().optional(),
  /** Judged without a container. */
  isStatic: z.boolean().optional(),
});

export const stepKinds = ['build', 'test', 'ship'] as const;
export type StepKind = (typeof stepKinds)[number];

/** How a step ended. `cached` is a pass of an earlier run with the same key. */
export const stepOutcomes = ['passed', 'cached', 'failed', 'lost', 'skipped', 'cancelled'] as const;
export type StepOutcome = (typeof stepOutcomes)[number];

const plannedStep = z.object({
  /**
   * `build:app`, `test:app:behaviour`, `ship:app`; of an image for several platforms `build:app@linux/arm64` and
   * `test:app@linux/arm64:behaviour`.
   */
  id: z.string(),
  kind: z.enum(stepKinds),
  image: z.string(),
  /** Of a ship step of an index: all of them, with commas between. */
  platform: z.string(),
  /** Suite name of a `test` step. */
  suite: z.string().optional(),
  needs: z.array(z.string()),
});

const pictureOfError = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string(),
});

const bodies = [
  z.object({
    type: z.literal('run.started'),
    runId: z.string(),
    command: z.string(),
    version: z.string(),
    project: z.string(),
    pid: z.number(),
    engine: z.string().optional(),
    provider: z.string(),
    commit: z.string().optional(),
  }),
  z.object({ type: z.literal('plan.made'), steps: z.array(plannedStep) }),
  z.object({
    type: z.literal('step.started'),
    step: z.string(),
    key: z.string().optional(),
    inputs: z.record(z.string(), z.string()).optional(),
    /** Why the step runs and was not taken from an earlier run. */
    why: z.string(),
  }),
  z.object({
    type: z.literal('build.vertex'),
    step: z.string(),
    /** BuildKit's own name for it: `[2/4] RUN make`. */
    name: z.string(),
    state: z.enum(['started', 'done', 'cached', 'failed']),
    durationMs: z.number().optional(),
  }),
  z.object({
    type: z.literal('step.output'),
    step: z.string(),
    /** What printed it: a build vertex, a script's path, a hook. */
    source: z.string(),
    text: z.string(),
  }),
  z.object({ type: z.literal('case.started'), step: z.string(), id: z.string() }),
  z.object({ type: z.literal('case.finished'), step: z.string(), case: caseSchema }),
  z.object({
    type: z.literal('effect.intent'),
    step: z.string(),
    effect: z.string(),
    details: z.record(z.string(), z.unknown()),
  }),
  z.object({
    type: z.literal('effect.done'),
    step: z.string(),
    effect: z.string(),
    details: z.record(z.string(), z.unknown()),
  }),
  z.object({
    type: z.literal('step.finished'),
    step: z.string(),
    outcome: z.enum(stepOutcomes),
    durationMs: z.number(),
    /** Why it was cached or skipped, or what failed. Present unless `passed`. */
    reason: z.string().optional(),
    /** Content key of a test step: where its pass is kept. */
    key: z.string().optional(),
    /** Engine image id that a build made or found. */
    imageId: z.string().optional(),
    /** Local reference that pins that image. */
    imageRef: z.string().optional(),
    /** Digest of the manifest that the containers of a test ran, where the engine says so. */
    manifest: z.string().optional(),
    /** Class of the image as the behaviour suite saw it: `service`, `one-shot`, `shell`, … */
    imageClass: z.string().optional(),
    /** Manifest digest: that a ship step moved tags to, or that the tested image has in a registry. */
    digest: z.string().optional(),
    /** Where the digest is now: `host/repository:tag`, most specific first. */
    refs: z.array(z.string()).optional(),
    /** Of those, the ones this run moved. */
    moved: z.array(z.string()).optional(),
    /** Cases of an earlier run, repeated so that a cached step still reports them. */
    cases: z.array(caseSchema).optional(),
    error: pictureOfError.optional(),
  }),
  z.object({ type: z.literal('notice'), step: z.string().optional(), message: z.string() }),
  z.object({
    type: z.literal('run.finished'),
    outcome: z.enum(['passed', 'failed', 'lost', 'cancelled']),
    exitCode: z.number(),
    durationMs: z.number(),
    error: pictureOfError.optional(),
  }),
] as const;

export const runEventBodySchema = z.discriminatedUnion('type', bodies);
export const runEventSchema = z
  .object({ v: z.literal(EVENT_VERSION), seq: z.number(), at: z.string() })
  .and(runEventBodySchema);

/** What a room emits; the log adds version, sequence number and time. */
export type RunEventBody = z.infer<typeof runEventBodySchema>;
export type RunEvent = z.infer<typeof runEventSchema>;
export type PlannedStep = z.infer<typeof plannedStep>;
export type EventOf<Type extends RunEventBody['type']> = Extract<RunEventBody, { type: Type }>;

/**
 * Where rooms send what happens. Returns nothing. It throws for an `effect.intent` alone, when that could not
 * be made durable: an effect that cannot be announced must not happen.
 */
export type Emit = (event: RunEventBody) => void;
