import type { Refusal } from '../../config/suite-schema.ts';
import type { EngineInfo } from '../../engine/contract.ts';
import type { FileChange } from '../../evidence/image-changes.ts';
import type { ImageFacts } from './image/image-facts.ts';
import type { CanaryTrial } from './canary-outcome.ts';
import type { HealthTrial } from './health-outcome.ts';
import type { ListeningSocket } from './sockets-seen.ts';
import type { Exercise, StateOutcome } from './state-action.ts';
import type { OrphanTrial } from './orphan-outcome.ts';
import type { Sentinel } from './sentinel.ts';
import type { Process } from './processes.ts';
import type { SpokenPort } from './spoken-port.ts';
import type { StartOutcome } from './start-outcome.ts';
import type { Signal } from './signals.ts';
import type { Written } from './writes-seen.ts';
import type { Circumstances } from './circumstances.ts';
import type { VariantId } from './variants.ts';
import type { Shelters } from './written-folders.ts';
import type { Classification } from './image-class.ts';

/** The first start of the image, whether it came up or not. */
export interface FirstStart {
  readonly outcome: StartOutcome;
  readonly classification: Classification;
  /** Listening TCP sockets now; empty when it is down. */
  sockets(): Promise<readonly ListeningSocket[]>;
  /** Process table, PID 1 first; empty when it is down or the engine's machine has no full `ps`. */
  processes(): Promise<readonly Process[]>;
}

/** The first container while it is up and ready. */
export interface ReadyRun extends FirstStart {
  /** Writes state and reads it back, once for all checks; absent without a `state` block. */
  exercise(): Promise<Exercise | undefined>;
  /** The beginning of its log, before `exercise`. */
  log(): Promise<string>;
  /** What was written outside volumes, seen after `exercise`. */
  written(): Promise<Written>;
  /** What its exposed ports that listen do when somebody comes; absent when nobody gets there from here. */
  spoken(): Promise<readonly SpokenPort[] | undefined>;
  /** Where it wrote, seen after `exercise`. */
  shelters(): Promise<Shelters>;
}

/** How the first container took its stop signal. */
export interface StopRun {
  readonly signal: Signal;
  /** Whether it was still up when it was asked to stop. */
  readonly wasUp: boolean;
  readonly exitCode: number;
  readonly durationMs: number;
  readonly timeoutMs: number;
  readonly isOomKilled: boolean;
  /** Process table just before; empty when it cannot be had. */
  readonly processes: readonly Process[];
  readonly log: string;
}

/** A container that was down and was started again. */
export interface SecondStart {
  readonly outcome: StartOutcome;
  /** How long its first start took to be ready. */
  readonly firstStartMs: number;
  /** Reading what was written before; absent when nothing was, or when no volume could keep it. */
  readonly read: StateOutcome | undefined;
}

/** A new container on the volumes of the one before. */
export interface ReplacementRun {
  readonly outcome: StartOutcome;
  /** Files that were put into the volumes, as found afterwards. Empty when a `state` block does the work. */
  readonly sentinels: readonly Sentinel[];
  readonly exercise: Exercise | undefined;
  /** Absent without a `state` block, and when the container did not come up. */
  readonly read: StateOutcome | undefined;
  /** What the container before had written outside its volumes. */
  written(): Promise<Written>;
  /** Whether the container before ended by itself on its stop signal. */
  readonly wasStoppedInTime: boolean;
}

/** Another container with volumes of its own, in which nothing was written. */
export interface SeparateRun {
  readonly outcome: StartOutcome;
  readonly exercise: Exercise | undefined;
  readonly read: StateOutcome | undefined;
}

/** A container of its own, in other circumstances than the first. */
export interface VariantRun {
  readonly circumstances: Circumstances;
  readonly outcome: StartOutcome;
  readonly first: Pick<ReadyRun, 'shelters'>;
}

/** The image on the volumes of the last release. What the line did not come to is absent. */
export interface UpgradeRun {
  /** How people refer to the last release. */
  readonly from: string;
  /** How the last release came up, on volumes of its own. */
  readonly first: StartOutcome;
  readonly exercise: Exercise | undefined;
  /** `uid:gid` of each folder that is a volume, by container path: in a used one, and as the image has it. */
  readonly owners?:
    | {
        readonly before: Readonly<Record<string, string>>;
        readonly after: Readonly<Record<string, string>>;
      }
    | undefined;
  readonly outcome?: StartOutcome | undefined;
  readonly sentinels?: readonly Sentinel[] | undefined;
  readonly read?: StateOutcome | undefined;
  /** A second start of the image. */
  readonly again?: StartOutcome | undefined;
  /** The last release once more, on what the image has left. */
  readonly back?:
    | { readonly outcome: StartOutcome; readonly read: StateOutcome | undefined }
    | undefined;
}

/** A container that was asked to print a line instead of running the image's CMD. */
export interface OverrideRun {
  /** The line. */
  readonly asked: string;
  /** Absent when there is no `echo` in the image that could print it. */
  readonly outcome: StartOutcome | undefined;
  readonly log: string;
}

/** A new container on the volumes of one that was killed. */
export interface CrashRun {
  /** How the one to kill came up. */
  readonly first: StartOutcome;
  readonly exercise: Exercise | undefined;
  /** Absent when the first did not come up. */
  readonly outcome: StartOutcome | undefined;
  /** Files that were put into the volumes, as found afterwards. Empty when a `state` block does the work. */
  readonly sentinels: readonly Sentinel[];
  readonly read: StateOutcome | undefined;
}

/** How a start went that is meant to end by itself, with whatever exit code. */
export type End =
  | { readonly state: 'ended'; readonly durationMs: number; readonly exitCode: number }
  | { readonly state: 'refused'; readonly durationMs: number; readonly because: string }
  /** Up, and not at its end, when its time was over. */
  | { readonly state: 'up'; readonly durationMs: number };

/** Containers that were given one flag each instead of the image's CMD. */
export interface FlagsRun {
  readonly tries: readonly {
    readonly flag: string;
    readonly end: End;
    /** All that it printed. */
    readonly log: string;
  }[];
}

/** Containers that were given a configuration that has to be refused. */
export interface RefusalsRun {
  readonly tries: readonly {
    readonly refusal: Refusal;
    readonly end: End;
    readonly log: string;
  }[];
}

/** Containers as they are on other hosts: where there is no IPv6, under a long name, and where there is. */
export interface OtherHostRun {
  readonly tries: readonly {
    /** `without IPv6`. */
    readonly how: string;
    readonly run: VariantRun;
  }[];
  readonly engine: Pick<EngineInfo, 'isRootless' | 'hasUserNamespaces'>;
}

/** Two more builds of the image, held against each other. */
export interface RebuildRun {
  /** Whether the engine has one image for both. */
  readonly isIdentical: boolean;
  /** Names of settings that are different: `ENV PATH`, `LABEL built-at`. */
  readonly settings: readonly string[];
  readonly files: readonly FileChange[];
}

/**
 * The runs that checks share. One run is one stretch of one container's life:
 * `start` → `ready` → `stop` → `restart` → `replacement` → `kill`, with the others and the variants beside them.
 * `image` is no run: it is what the image holds, and takes no container; nor does `rebuild`.
 */
export interface Runs extends Readonly<Record<VariantId, VariantRun>> {
  readonly image: ImageFacts;
  readonly start: FirstStart;
  readonly ready: ReadyRun;
  readonly stop: StopRun;
  readonly restart: SecondStart;
  readonly replacement: ReplacementRun;
  readonly kill: SecondStart;
  readonly separate: SeparateRun;
  readonly override: OverrideRun;
  readonly upgrade: UpgradeRun;
  /** A container in which a process lost its parent. */
  readonly orphan: OrphanTrial;
  /** A container with values in its secret variables that can be found again. */
  readonly canary: CanaryTrial;
  /** A container whose health check was put to the test. */
  readonly health: HealthTrial;
  /** A container that was stopped before it was up. */
  readonly 'early-stop': StopRun;
  readonly crash: CrashRun;
  readonly flags: FlagsRun;
  readonly refusals: RefusalsRun;
  readonly 'other-host': OtherHostRun;
  readonly rebuild: RebuildRun;
}

export type RunId = keyof Runs;
