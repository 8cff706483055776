import type { Clock } from '../../host/clock.ts';
import { AppError, messageOf } from '../../kernel/errors.ts';
import type { Case } from '../../kernel/verdict.ts';
import type { SuiteReport } from '../contract.ts';
import type { Check, CheckResult } from './check.ts';
import type { Classification } from './image-class.ts';
import type { ImageClass } from './image-class.ts';
import type { RunId, Runs } from './runs.ts';
import type { Subject } from './subject.ts';

const SUITE = 'behaviour';

export interface LedgerOptions {
  readonly subject: Subject;
  /** In the order of the report. */
  readonly checks: readonly Check[];
  /** What all others stand on: reported though nobody asked for it when the image does not come up. */
  readonly foundation: Check;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly report: Pick<SuiteReport, 'caseStarted' | 'caseFinished'>;
}

/** Why checks are not judged. */
export interface Excuse {
  readonly message: string;
  readonly reason: string;
}

/**
 * The book of one battery: each check gets exactly one case, whatever happens to its run. What is still open
 * at the end is `lost`, never forgotten.
 */
export class Ledger {
  readonly #options: LedgerOptions;
  #checks: readonly Check[];
  readonly #cases = new Map<string, Case>();
  readonly #startedAtMs = new Map<string, number>();

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#checks = options.checks;
  }

  /** Has the foundation reported although it was not asked for. */
  reportFoundation(): void {
    const { foundation } = this.#options;
    if (!this.#checks.includes(foundation)) this.#checks = [foundation, ...this.#checks];
  }

  /** Says that the checks of a run are on: their time counts from here. */
  begin(needs: RunId): void {
    for (const check of this.#open(needs)) {
      this.#time(check);
      this.#options.report.caseStarted(check.id);
    }
  }

  /** Judges all open checks of a run by its facts, at the same time. */
  async judge<Need extends RunId>(needs: Need, run: Runs[Need]): Promise<void> {
    const open = this.#open(needs);
    // The time of the first start is that of the check that judges it; the others only look, as those at files do.
    await Promise.all(
      open.map(async (check) => {
        if (isLook(check, this.#options.foundation)) this.#time(check);
        await this.#judgeOne(check, run);
      }),
    );
  }

  /** Skips the open checks of a run. */
  excuse(needs: RunId, excuse: Excuse): void {
    for (const check of this.#open(needs)) this.skip(check, excuse);
  }

  /** Skips the open checks of all runs that stand on the first start. */
  excuseRuns(excuse: Excuse): void {
    for (const check of this.#open()) {
      if (!INDEPENDENT.has(check.needs)) this.skip(check, excuse);
    }
  }

  skip(check: Check, { message, reason }: Excuse): void {
    this.#startedAtMs.delete(check.id);
    this.#close(check, { verdict: 'skip', message, reason });
  }

  /** Skips every open check that does not apply to the class that was found. */
  classify({ imageClass }: Classification): void {
    for (const check of this.#open()) {
      if (!check.appliesTo.includes(imageClass)) this.skip(check, excuseOf(imageClass));
    }
  }

  /** The infrastructure failed under the open checks of a run, or under all that are open. */
  lose(thrown: unknown, needs?: RunId): void {
    for (const check of this.#open(needs)) this.#lose(check, thrown);
  }

  /** Whether any check of a run is still to be judged. */
  isOpen(needs: RunId): boolean {
    return this.#open(needs).length > 0;
  }

  /** All cases, in the order of the checks. */
  cases(): readonly Case[] {
    this.lose(new Error('the check was not reached; this is a bug of Seatrial'));
    return this.#checks.flatMap(({ id }) => this.#cases.get(id) ?? []);
  }

  #open<Need extends RunId = RunId>(needs?: Need): readonly Check<Need>[] {
    const isWanted = (check: Check): check is Check<Need> =>
      (needs === undefined || check.needs === needs) && !this.#cases.has(check.id);
    return this.#checks.filter(isWanted);
  }

  async #judgeOne<Need extends RunId>(check: Check<Need>, run: Runs[Need]): Promise<void> {
    try {
      this.#close(check, await check.run(run, this.#options.subject));
    } catch (error) {
      // An abort is no finding: whoever aborted decides what it means.
      this.#options.signal.throwIfAborted();
      this.#lose(check, error);
    }
  }

  #time(check: Check): void {
    this.#startedAtMs.set(check.id, this.#options.clock.monotonicMs());
  }

  #lose(check: Check, thrown: unknown): void {
    const hint = thrown instanceof AppError ? thrown.hint : undefined;
    this.#record(check, {
      verdict: 'lost',
      message: `Could not be judged: ${messageOf(thrown)}.`,
      reason: messageOf(thrown),
      fix: hint,
    });
  }

  #close(check: Check, result: CheckResult): void {
    this.#record(check, result);
  }

  #record(
    check: Check,
    found: Pick<Case, 'verdict' | 'message' | 'evidence' | 'fix' | 'reason'>,
  ): void {
    if (this.#cases.has(check.id)) return;
    const { clock, report, subject } = this.#options;
    const nowMs = clock.monotonicMs();
    const finished: Case = {
      suite: SUITE,
      id: check.id,
      severity: check.severity,
      durationMs: Math.round(nowMs - (this.#startedAtMs.get(check.id) ?? nowMs)),
      command: check.byHand(subject),
      ...found,
      ...(check.needs === 'image' ? { isStatic: true } : {}),
    };
    this.#cases.set(check.id, finished);
    report.caseFinished(finished);
  }
}

/** What can be judged of an image whose container did not become ready. */
const INDEPENDENT: ReadonlySet<RunId> = new Set([
  'image',
  'override',
  'flags',
  'refusals',
  'rebuild',
]);

function isLook(check: Check, foundation: Check): boolean {
  return check.needs === 'image' || (check.needs === foundation.needs && check !== foundation);
}

const LONG_REASONS: Readonly<Record<ImageClass, string>> = {
  service: 'the image is a service',
  'one-shot': 'the image does its work and ends: there is no service to judge',
  shell: 'the image is a base with a shell: there is no service to judge',
  'needs-config': 'the image needs settings to run: see `starts`',
  library: 'the image has no command: there is nothing to run',
  broken: 'the image does not start: see `starts`',
};

function excuseOf(imageClass: ImageClass): Excuse {
  const reason = LONG_REASONS[imageClass];
  return { message: `Does not apply: ${reason}.`, reason };
}
