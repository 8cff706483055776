import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Clock } from '../host/clock.ts';
import { digestOf, type Digest } from '../kernel/digest.ts';
import { caseSchema, stepKinds, stepOutcomes } from '../kernel/run-events.ts';
import { outcomeOf } from '../kernel/verdict.ts';
import { HistoryError } from './errors.ts';
import { openResultsDatabase, type ResultsDatabase } from './results-database.ts';

const inputsSchema = z.record(z.string(), z.string());

const inputsOfRow = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'is no JSON' });
      return z.NEVER;
    }
  })
  .pipe(inputsSchema);

const passSchema = z.object({
  /** Digest of the step's content key. */
  key: z.string(),
  /** Inputs of that key, by name. */
  inputs: inputsSchema,
  step: z.string(),
  runId: z.string(),
  /** ISO 8601. */
  at: z.string(),
  imageId: z.string().optional(),
  imageRef: z.string().optional(),
  manifest: z.string().optional(),
  imageClass: z.string().optional(),
  digest: z.string().optional(),
  /** Present on a test step. They make a pass by `outcomeOf`, or the record is refused. */
  cases: z.array(caseSchema).readonly().optional(),
});

const stepTimeSchema = z.object({
  runId: z.string(),
  step: z.string(),
  kind: z.enum(stepKinds),
  image: z.string(),
  startedAt: z.string(),
  durationMs: z.number(),
  outcome: z.enum(stepOutcomes),
});

const runTimeSchema = z.object({
  runId: z.string(),
  startedAt: z.string(),
  command: z.string(),
  /** Absent outside a git checkout. */
  commit: z.string().optional(),
  outcome: z.enum(['passed', 'failed', 'lost', 'cancelled']),
  durationMs: z.number(),
});

/** What a step that passed left behind, so that the next run need not repeat it. */
export type PassRecord = Readonly<z.infer<typeof passSchema>>;
/** How long one step of one run took. */
export type StepTime = Readonly<z.infer<typeof stepTimeSchema>>;
/** One finished run as a whole. */
export type RunTime = Readonly<z.infer<typeof runTimeSchema>>;

export interface FinishedRun {
  readonly run: RunTime;
  /** With the inputs of each step's content key, where it has one. */
  readonly steps: readonly (StepTime & { readonly inputs?: PassRecord['inputs'] | undefined })[];
}

/** Results of earlier runs of one project. Safe to open in several processes at the same time. */
export interface History extends AsyncDisposable {
  /** The pass with this content key; absent when there is none that can be believed. */
  findPass(key: Digest): Promise<PassRecord | undefined>;
  /**
   * On the disk when it resolves. A later pass with the same key replaces an earlier one.
   * @throws {HistoryError} PASS_WITHOUT_PROOF when its cases make no pass
   */
  recordPass(pass: Omit<PassRecord, 'at'>): Promise<void>;
  /** Inputs of the last run of that step, whatever its outcome; absent when it never ran. */
  lastInputs(step: string): Promise<PassRecord['inputs'] | undefined>;
  recordRun(finished: FinishedRun): Promise<void>;
  /** Runs, oldest first. */
  runTimes(): Promise<readonly RunTime[]>;
  /** Steps of those runs, in the order in which they started. */
  stepTimes(): Promise<readonly StepTime[]>;
  close(): Promise<void>;
}

export interface HistoryOptions {
  /** `<project>/.seatrial`; made when missing. */
  readonly folder: string;
  readonly clock: Clock;
  /** Told when a damaged database was moved aside. */
  readonly onNotice: (message: string) => void;
}

const RUNS_KEPT = 1000;
const PASSES_KEPT_PER_STEP = 200;

/** @throws {HistoryError} HISTORY_UNAVAILABLE, HISTORY_BUSY, HISTORY_TOO_NEW; so does every method */
export async function openHistory(options: HistoryOptions): Promise<History> {
  const database = await openResultsDatabase({
    path: join(options.folder, 'history.sqlite'),
    clock: options.clock,
    onNotice: options.onNotice,
  });
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (!isClosed) database.close();
    isClosed = true;
  };
  return {
    findPass: async (key) => await database.read((db) => findPass(db, key)),
    recordPass: async (pass) => {
      await recordPass(database, { ...pass, at: options.clock.now().toISOString() });
    },
    lastInputs: async (step) => await database.read((db) => lastInputs(db, step)),
    recordRun: async (finished) => {
      await database.write((db) => recordRun(db, finished));
    },
    runTimes: async () => await database.read(runTimes),
    stepTimes: async () => await database.read(stepTimes),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A row is believed only when it is whole: its own check sum, its own key, and cases that make a pass. */
function findPass(database: DatabaseSync, key: Digest): PassRecord | undefined {
  const row = database.prepare('SELECT record, check_sum FROM passes WHERE key = ?').get(key);
  const pass = row === undefined ? undefined : parsePass(row['record'], row['check_sum']);
  return pass?.key === key && isProven(pass) ? pass : undefined;
}

function parsePass(record: unknown, checkSum: unknown): PassRecord | undefined {
  if (typeof record !== 'string' || digestOf(record) !== checkSum) return undefined;
  return passSchema.safeParse(JSON.parse(record)).data;
}

function isProven(pass: PassRecord): boolean {
  return pass.cases === undefined || outcomeOf(pass.cases) === 'passed';
}

async function recordPass(database: ResultsDatabase, pass: PassRecord): Promise<void> {
  if (!isProven(pass)) {
    const outcome = outcomeOf(pass.cases ?? []);
    throw new HistoryError(
      'PASS_WITHOUT_PROOF',
      `${pass.step} was to be recorded as passed, but its cases make it ${outcome}.`,
      { details: { step: pass.step, cases: pass.cases?.length ?? 0 } },
    );
  }
  const record = JSON.stringify(pass);
  await database.write((db) => {
    db.prepare('INSERT OR REPLACE INTO passes VALUES (?, ?, ?, ?, ?)').run(
      pass.key,
      pass.step,
      pass.at,
      record,
      digestOf(record),
    );
    db.prepare(
      `DELETE FROM passes WHERE step = ?1 AND key NOT IN
         (SELECT key FROM passes WHERE step = ?1 ORDER BY at DESC LIMIT ${PASSES_KEPT_PER_STEP})`,
    ).run(pass.step);
  });
}

function lastInputs(database: DatabaseSync, step: string): PassRecord['inputs'] | undefined {
  const pass = database
    .prepare('SELECT at, record, check_sum FROM passes WHERE step = ? ORDER BY at DESC LIMIT 1')
    .get(step);
  const run = database
    .prepare(
      `SELECT started_at, inputs FROM steps WHERE step = ? AND inputs IS NOT NULL
       ORDER BY started_at DESC LIMIT 1`,
    )
    .get(step);
  // A run that was killed recorded its passes, but not itself.
  if (run === undefined || (pass !== undefined && String(pass['at']) > String(run['started_at']))) {
    return parsePass(pass?.['record'], pass?.['check_sum'])?.inputs;
  }
  return inputsOfRow.safeParse(run['inputs']).data;
}

function recordRun(database: DatabaseSync, { run, steps }: FinishedRun): void {
  database
    .prepare('INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?)')
    .run(run.runId, run.startedAt, run.command, run.commit ?? null, run.outcome, run.durationMs);
  const insert = database.prepare('INSERT OR REPLACE INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  for (const step of steps) {
    insert.run(
      step.runId,
      step.step,
      step.kind,
      step.image,
      step.startedAt,
      step.durationMs,
      step.outcome,
      step.inputs === undefined ? null : JSON.stringify(step.inputs),
    );
  }
  database.exec(
    `DELETE FROM runs WHERE id NOT IN
       (SELECT id FROM runs ORDER BY started_at DESC LIMIT ${RUNS_KEPT});
     DELETE FROM steps WHERE run_id NOT IN (SELECT id FROM runs)`,
  );
}

function runTimes(database: DatabaseSync): readonly RunTime[] {
  const rows = database
    .prepare(
      `SELECT id AS runId, started_at AS startedAt, command, commit_id AS "commit", outcome,
         duration_ms AS durationMs FROM runs ORDER BY started_at`,
    )
    .all();
  return rows.flatMap((row): readonly RunTime[] => {
    const run = runTimeSchema.safeParse({ ...row, commit: row['commit'] ?? undefined });
    return run.success ? [run.data] : [];
  });
}

function stepTimes(database: DatabaseSync): readonly StepTime[] {
  const rows = database
    .prepare(
      `SELECT run_id AS runId, step, kind, image, started_at AS startedAt,
         duration_ms AS durationMs, outcome FROM steps ORDER BY started_at`,
    )
    .all();
  return rows.flatMap((row): readonly StepTime[] => {
    const step = stepTimeSchema.safeParse(row);
    return step.success ? [step.data] : [];
  });
}
