import type { PlatformGroup, SizeGroup } from '../../config/check-groups.ts';
import type { Severity } from '../../kernel/verdict.ts';
import type { ImageClass } from './image-class.ts';
import type { RunId, Runs } from './runs.ts';
import type { Subject } from './subject.ts';

/**
 * One behaviour case that needs no configuration. An object literal, one file each in `checks/`, one line
 * each in `checks/index.ts`; nothing else has to know it.
 */
export interface Check<Need extends RunId = RunId> {
  /** Kebab-case; the name of its file, of the case, and what `only` and `skip` take. */
  readonly id: string;
  /** A few words for lists. */
  readonly title: string;
  /** One sentence: what is true of the image when it passes. */
  readonly proves: string;
  /** Classes of images it makes sense for; for the others it is skipped with the reason. */
  readonly appliesTo: readonly ImageClass[];
  /** How much its `fail` weighs. */
  readonly severity: Severity;
  /** The smallest group that holds it. `static` when it needs no container. */
  readonly group: SizeGroup;
  /** Platforms that ask for it, and there its `fail` is an error. @default none */
  readonly alsoIn?: readonly PlatformGroup[] | undefined;
  /** The run whose facts it judges. Checks with the same need share that run's container. */
  readonly needs: Need;
  /** Whether nobody has asked for it: then it is not mentioned, unless by its name. @default false */
  readonly isUnasked?: (subject: Subject) => boolean;
  /**
   * Why it has nothing to judge in this image, known before anything starts; absent when it has. Keeps a run
   * from being made for nothing.
   */
  readonly isPointless?: (subject: Subject) => string | undefined;
  /**
   * Judges. An image that behaves badly is a value; what is thrown makes the case `lost`, so throw only
   * when the engine failed. Every `warn` and `fail` must say what to change.
   */
  run(run: Runs[Need], subject: Subject): Promise<CheckResult>;
  /** Shell commands, ready to paste, that show the same thing by hand. */
  byHand(subject: Subject): string;
}

/** What a check found. Becomes a `Case`; see `kernel/verdict.ts` for the meaning of the fields. */
export type CheckResult =
  | {
      readonly verdict: 'pass';
      readonly message: string;
      readonly evidence?: string | undefined;
    }
  | {
      readonly verdict: 'warn' | 'fail';
      readonly message: string;
      readonly fix: string;
      readonly evidence?: string | undefined;
    }
  | {
      readonly verdict: 'skip';
      readonly message: string;
      readonly reason: string;
      readonly fix?: string | undefined;
      readonly evidence?: string | undefined;
    };
