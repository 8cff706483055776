import { runSchema, type ImageProfile } from '../../config/schema.ts';
import { behaviourSuiteSchema, type BehaviourSuite } from '../../config/suite-schema.ts';
import type { Clock } from '../../host/clock.ts';
import type { ImageRecord } from '../../engine/contract.ts';
import { digestOf } from '../../kernel/digest.ts';
import type { PreviousRelease, SuiteContext, SuiteKind } from '../contract.ts';
import { BehaviourError } from './errors.ts';
import { findHardening, type FoundHardening } from './hardening/find-hardening.ts';
import { entryOf, hintsOf } from './recording/entry.ts';
import { recordRun, type RecordRunOptions } from './recording/record-run.ts';
import type { Recording } from './recording/recording.ts';
import { specOf } from './recording/spec-text.ts';
import { defaultGroup } from './select-checks.ts';
import { judgeImage, type JudgedImage, type JudgeImageOptions } from './judge-image.ts';

/**
 * Behaviour checks: what an image holds, and what a container of it does on a real engine, without configuration.
 *
 * The inputs are the settings of the suite. The profile (`ready`, `run`, `state`) decides as much, but it
 * belongs to every suite of the image: whoever makes the content key puts it there.
 */
export const behaviourSuite: SuiteKind<BehaviourSuite> = Object.freeze({
  kind: 'behaviour',
  version: '5',

  inputs: async ({ group, only, skip, may_write, max_size, ...more }: BehaviourSuite) => ({
    group: group ?? defaultGroup,
    only: only === undefined ? 'all' : only.toSorted().join(','),
    skip: digestOf(
      JSON.stringify(
        Object.keys(skip)
          .toSorted()
          .map((id) => [id, skip[id]]),
      ),
    ),
    may_write: may_write.toSorted().join(','),
    max_size: max_size === undefined ? 'any' : String(max_size),
    // Values may be secrets, and inputs are told.
    refuses: more.refuses === undefined ? 'nothing' : digestOf(JSON.stringify(more.refuses)),
    reproducible: more.reproducible === true ? 'asked' : 'not asked',
  }),

  run: async (settings: BehaviourSuite, context: SuiteContext) =>
    (await judgeImage({ ...context, settings })).cases,
});

export interface CheckImageOptions extends Pick<
  JudgeImageOptions,
  'scope' | 'signal' | 'concurrency' | 'report' | 'clock'
> {
  /** Id, reference or `repository@digest` of an image of the scope's engine. */
  readonly ref: string;
  /** How it is run. @default as the image says */
  readonly profile?: ImageProfile | undefined;
  /** What it is to take over from. @default nothing */
  readonly previous?: PreviousRelease | undefined;
  /** Which checks, and what is allowed. @default all checks, nothing allowed */
  readonly settings?: BehaviourSuite | undefined;
  /** Absolute folder that bind mounts of the profile are relative to. */
  readonly projectFolder: string;
}

export interface CheckedImage extends JudgedImage {
  readonly record: ImageRecord;
}

/**
 * Judges any image of the engine, for `seatrial check IMAGE`.
 * @throws {BehaviourError} IMAGE_NOT_ON_ENGINE when the engine has no such image.
 */
export async function checkImage(options: CheckImageOptions): Promise<CheckedImage> {
  const { ref, scope, profile = { run: runSchema.parse({}) } } = options;
  const record = await scope.engine.images.inspect(ref);
  if (record === undefined) {
    const where = scope.engine.endpoint.url;
    throw new BehaviourError(
      'IMAGE_NOT_ON_ENGINE',
      `There is no image \`${ref}\` on the engine ${where}`,
      {
        hint: `Build it or run \`docker pull ${ref}\` first.`,
      },
    );
  }
  const settings = options.settings ?? allChecks();
  const judged = await judgeImage({
    ...options,
    settings,
    image: { name: ref, ref, record, profile, previous: options.previous },
  });
  return { ...judged, record };
}

export type { FoundHardening } from './hardening/find-hardening.ts';
export { asCompose, asDockerFlags, asKubernetes } from './hardening/render-hardening.ts';

export interface HardenImageOptions extends Pick<
  SuiteContext,
  'image' | 'scope' | 'signal' | 'projectFolder'
> {
  readonly clock: Clock;
  /** Told what is being tried, in a few words. */
  readonly onTry: (what: string) => void;
}

/**
 * Finds the least that an image comes up with.
 * @throws {BehaviourError} HARDENING_IMPOSSIBLE
 */
export async function hardenImage(options: HardenImageOptions): Promise<FoundHardening> {
  const { image, projectFolder, scope, clock, signal, onTry } = options;
  const subject = { image, projectFolder, mayWrite: [] };
  return await findHardening({ trial: { subject, scope, clock, signal }, onTry });
}

export type { Recording } from './recording/recording.ts';
export type { Reached } from './recording/record-run.ts';

export interface RecordImageOptions extends Pick<
  SuiteContext,
  'image' | 'scope' | 'signal' | 'projectFolder'
> {
  readonly clock: Clock;
  /** Ends the recording: the container is stopped then. */
  readonly stop: AbortSignal;
  /** Told when it is up, and where it is reached. */
  readonly onUp: RecordRunOptions['onUp'];
  /** Where the spec file will be, relative to the configuration. */
  readonly specFile: string;
}

export interface RecordedImage {
  readonly recording: Recording;
  /** Of the image in seatrial.yaml. */
  readonly entry: Readonly<Record<string, unknown>>;
  /** What a person has to decide, line by line. */
  readonly hints: readonly string[];
  /** A spec file that passes on what was seen. */
  readonly spec: string;
}

/** Runs one container until it ends or `stop` aborts, and writes down how it was run and what it did. */
export async function recordImage(options: RecordImageOptions): Promise<RecordedImage> {
  const { image, projectFolder, scope, clock, signal, stop, onUp, specFile } = options;
  const subject = { image, projectFolder, mayWrite: [] };
  const recording = await recordRun({ trial: { subject, scope, clock, signal }, stop, onUp });
  return {
    recording,
    entry: entryOf(recording, subject, specFile),
    hints: hintsOf(recording, subject),
    spec: specOf(recording, image.name),
  };
}

function allChecks(): BehaviourSuite {
  const settings = behaviourSuiteSchema.parse({});
  // The schema takes `false` too; an empty object never becomes it.
  if (settings === false) throw new TypeError('an empty behaviour suite was read as false');
  return settings;
}
