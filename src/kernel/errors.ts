/**
 * Errors are for broken promises. An expected outcome (a check that says no) is a value: see `verdict.ts`.
 *
 * Each room keeps one table of codes (`<room>/errors.ts`) and one class over it. The table is the single
 * source of the exit code, of the default hint and of the page in `docs/reference/errors.md`.
 */

/** How the process ends. See `docs/reference/exit-codes.md`. */
export const exitCodes = {
  passed: 0,
  refused: 1,
  usage: 2,
  environment: 3,
  cancelled: 4,
  bug: 70,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What a code means, once, for the message, the docs and the exit code. */
export interface ErrorEntry {
  /** How the process ends when nothing handles the error. */
  readonly exit: ExitCode;
  /** One sentence for the reference page: when this happens. */
  readonly meaning: string;
  /** One imperative sentence: what to do next. Used when the thrower has nothing more exact to say. */
  readonly hint: string;
}

export type ErrorTable<Code extends string = string> = Readonly<Record<Code, ErrorEntry>>;

export interface ErrorOptionsWithDetails extends ErrorOptions {
  /** Replaces the table's hint where the thrower knows better. */
  readonly hint?: string | undefined;
  /** Values that explain the error. Never put a secret here; `Secret` values print as `***`. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** The one base class. Rooms extend it once: `class EngineError extends AppError<EngineErrorCode>`. */
export class AppError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly exitCode: ExitCode;
  /** One imperative sentence: what to do next. */
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    table: ErrorTable<Code>,
    at: { readonly code: Code; readonly message: string },
    options: ErrorOptionsWithDetails = {},
  ) {
    super(at.message, options.cause === undefined ? {} : { cause: options.cause });
    const entry = table[at.code];
    this.name = new.target.name;
    this.code = at.code;
    this.exitCode = entry.exit;
    this.hint = options.hint ?? entry.hint;
    this.details = Object.freeze({ ...options.details });
  }
}

/** The message of anything that was thrown, without its stack. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The system error code (`ENOENT`, `ECONNREFUSED`, …) of a caught value; absent when it has none. */
export function systemCodeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
