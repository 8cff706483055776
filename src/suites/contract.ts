import type { FileDigests } from '../build/file-digests.ts';
import type { ImageProfile } from '../config/schema.ts';
import type { ImageRecord } from '../engine/contract.ts';
import type { Scope } from '../engine/scope-contract.ts';
import type { Case } from '../kernel/verdict.ts';

/** One kind of test cases for an image. Kinds are listed in `index.ts`. */
export interface SuiteKind<Settings = unknown> {
  readonly kind: 'behaviour' | 'structure' | 'goss' | 'script' | 'spec' | 'sut';
  /** Part of the content key: raise it when the same input may now get another verdict. */
  readonly version: string;
  /**
   * Everything besides the image that decides the verdicts, for the content key: file path or setting name
   * to digest or value. Values of environment variables are digested, never kept.
   */
  inputs(settings: Settings, place: SuitePlace): Promise<Readonly<Record<string, string>>>;
  /** Runs all cases. A failed case is a value; only a broken environment throws. */
  run(settings: Settings, context: SuiteContext): Promise<readonly Case[]>;
}

/** Where a suite's files are and what its processes may see. */
export interface SuitePlace {
  /** Absolute folder of the project: file patterns are relative to it. */
  readonly projectFolder: string;
  /** Environment without registry and signing credentials (G5). */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Variables of the image and of its `run` settings: what a container of it has. @default none */
  readonly containerEnv?: Readonly<Record<string, string>> | undefined;
  /** How the image under test is built; absent when it was not built here. */
  readonly source?: ImageSource | undefined;
  /** Digests of files, remembered from run to run. @default each file is read */
  readonly fileDigests?: FileDigests | undefined;
}

/** Where the image under test comes from, for tests that name it by its build or by its repository. */
export interface ImageSource {
  /** Absolute. */
  readonly contextFolder: string;
  /** Absolute. */
  readonly dockerfilePath: string;
  readonly target?: string | undefined;
  /** Build arguments that are text. */
  readonly args: Readonly<Record<string, string>>;
  /** Whether a reference means this image: its name, or the repository it is shipped to. */
  isMeantBy(reference: string): boolean;
  /** Git tag or branch that is built; absent outside a checkout. */
  readonly branch?: string | undefined;
  readonly commit?: string | undefined;
}

export interface SuiteContext extends SuitePlace {
  readonly image: ImageUnderTest;
  readonly scope: Scope;
  readonly signal: AbortSignal;
  /** At most this many containers or processes at the same time, by memory and cores. */
  readonly concurrency: number;
  readonly report: SuiteReport;
}

/** Told while a suite runs, so that people see progress. */
export interface SuiteReport {
  caseStarted(id: string): void;
  caseFinished(finished: Case): void;
  output(source: string, text: string): void;
  /** Told once what kind of thing the image is (`service`, `one-shot`, …), by the suite that finds out. */
  classified?(imageClass: string): void;
}

export interface ImageUnderTest {
  /** Name in the project, or the reference given to `seatrial check`. */
  readonly name: string;
  /** How people refer to it. */
  readonly ref: string;
  readonly record: ImageRecord;
  readonly profile: ImageProfile;
  /** The release that it is to take over from, or why there is none; absent when nobody asked. */
  readonly previous?: PreviousRelease | { readonly reason: string } | undefined;
  /** Why it cannot take over by itself, said by its owner. */
  readonly breaking?: string | undefined;
  /** Builds it once more; absent when nobody asked, or when it was not built here. */
  readonly rebuild?: Rebuild | undefined;
}

/**
 * Builds the image again, with nothing from the cache and the same `SOURCE_DATE_EPOCH` each time. What it made goes
 * with the scope.
 * @throws {BuildError} when it cannot be built
 */
export type Rebuild = () => Promise<ImageRecord>;

export interface PreviousRelease {
  /** `repository@digest`, or how a person called it. */
  readonly ref: string;
  readonly record: ImageRecord;
}
