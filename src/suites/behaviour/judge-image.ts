import { RE2JS } from 're2js';
import { systemClock, type Clock } from '../../host/clock.ts';
import type { BehaviourSuite } from '../../config/suite-schema.ts';
import { parseHttpTarget } from '../../engine/http-target.ts';
import { selectProbe } from '../../engine/readiness/probes.ts';
import { messageOf } from '../../kernel/errors.ts';
import type { Case } from '../../kernel/verdict.ts';
import type { SuiteContext, SuiteReport } from '../contract.ts';
import { runBattery } from './battery.ts';
import type { Check } from './check.ts';
import { checks, foundation } from './checks/index.ts';
import { classifyWithoutStart } from './classify.ts';
import type { Classification } from './image-class.ts';
import { BehaviourError } from './errors.ts';
import type { ImageClass } from './image-class.ts';
import { Ledger } from './ledger.ts';
import { readImage } from './image/image-facts.ts';
import { judgeRebuilds } from './rebuild-line.ts';
import { planRuns } from './run-plan.ts';
import { selectChecks } from './select-checks.ts';
import { defaultPortOf, type Subject } from './subject.ts';

export interface JudgeImageOptions extends Omit<SuiteContext, 'env' | 'report'> {
  readonly settings: BehaviourSuite;
  /** Told while it runs. @default nobody */
  readonly report?: SuiteReport | undefined;
  /** @default the system's clock */
  readonly clock?: Clock | undefined;
}

/** What an image is, and one case for each check that was asked for. */
export interface JudgedImage {
  /** Absent when nothing was asked that takes a container. */
  readonly class: ImageClass | undefined;
  /** In the order of the table of checks. */
  readonly cases: readonly Case[];
}

const nobody: SuiteReport = Object.freeze({
  caseStarted: () => undefined,
  caseFinished: () => undefined,
  output: () => undefined,
});

/**
 * Judges how an image behaves. The image is never at fault for an exception: what goes wrong on the engine
 * makes cases `lost`.
 * @throws the reason of `signal`, when it aborts.
 */
export async function judgeImage(options: JudgeImageOptions): Promise<JudgedImage> {
  const { settings, report = nobody, clock = systemClock, signal, image } = options;
  signal.throwIfAborted();
  const { projectFolder } = options;
  const subject = subjectOf(image, projectFolder, settings);
  refuseInvalidSettings(subject);
  const selected = selectChecks(checks, settings).filter(
    ({ isUnasked }) => settings.only !== undefined || isUnasked?.(subject) !== true,
  );
  const ledger = new Ledger({ subject, checks: selected, foundation, clock, signal, report });
  const classified = Promise.withResolvers<ImageClass | undefined>();
  let imageClass: ImageClass | undefined;
  const onClassified = (found: Classification): void => {
    imageClass = found.imageClass;
    report.classified?.(found.imageClass);
    classified.resolve(found.imageClass);
  };
  const open = selected.filter((check) => !excuseEarly(ledger, check, { settings, subject }));
  const judging: Judging = { options, clock, subject, ledger, open };
  const halves = [
    judgeContainers(judging, { isStatic: isStatic(selected), onClassified }).finally(() =>
      classified.resolve(undefined),
    ),
    judgeContents(judging, classified.promise),
  ];
  // Neither half is left running behind the other's back.
  await Promise.allSettled(halves);
  await Promise.all(halves);
  // Builds take all that the machine has: no container is being timed any more.
  await judgeRebuilds({ ...judging, trial: { subject, scope: options.scope, clock, signal } });
  return { class: imageClass, cases: ledger.cases() };
}

function subjectOf(
  image: JudgeImageOptions['image'],
  projectFolder: string,
  settings: BehaviourSuite,
): Subject {
  const { may_write: mayWrite, max_size: maxSizeBytes, refuses, reproducible } = settings;
  const isReproducible = reproducible === true;
  return { image, projectFolder, mayWrite, maxSizeBytes, refuses, isReproducible };
}

interface Judging {
  readonly options: JudgeImageOptions;
  readonly clock: Clock;
  readonly subject: Subject;
  readonly ledger: Ledger;
  /** The checks that are to be judged. */
  readonly open: readonly Check[];
}

/** Whether no check takes a container; then none is started to find out what the image is. */
function isStatic(checks: readonly Check[]): boolean {
  return checks.length > 0 && checks.every(({ needs }) => needs === 'image' || needs === 'rebuild');
}

async function judgeContainers(
  { options, clock, subject, ledger, open }: Judging,
  how: { readonly isStatic: boolean; readonly onClassified: (found: Classification) => void },
): Promise<void> {
  const { scope, concurrency, signal } = options;
  const unstarted = classifyWithoutStart(subject);
  if (unstarted !== undefined) {
    how.onClassified(unstarted);
    ledger.classify(unstarted);
  } else if (!how.isStatic) {
    const needs = new Set(open.map((check) => check.needs));
    const plan = planRuns(needs, subject.image.profile.state !== undefined);
    const trial = { subject, scope, clock, signal };
    await runBattery({ trial, plan, ledger, concurrency, onClassified: how.onClassified });
  }
}

/**
 * Reads and judges what the image holds, once its first start has told what it is. Not before: how soon a container
 * is ready and how long it is quiet says what it is, and reading a large image is work for the engine.
 */
async function judgeContents(
  { options, clock, subject, ledger, open }: Judging,
  classified: Promise<ImageClass | undefined>,
): Promise<void> {
  if (!open.some(({ needs }) => needs === 'image')) return;
  const { signal, scope } = options;
  ledger.begin('image');
  try {
    const imageClass = await classified;
    const read = await readImage(scope.engine.images, subject.image.record, signal);
    if ('facts' in read)
      await ledger.judge('image', { ...read.facts, imageClass, now: clock.now() });
    else
      ledger.excuse('image', {
        message: `Could not be read: ${read.problem}.`,
        reason: read.problem,
      });
  } catch (error) {
    signal.throwIfAborted();
    ledger.lose(error, 'image');
  }
}

/** What cannot be understood is said before anything starts. */
function refuseInvalidSettings(subject: Subject): void {
  const { image } = subject;
  const { ready, state } = image.profile;
  selectProbe(ready, image.record);
  for (const which of ['write', 'read'] as const) {
    const action = state?.[which];
    try {
      if (action?.http !== undefined) parseHttpTarget(action.http, defaultPortOf(subject));
      if (action?.expect !== undefined) RE2JS.compile(action.expect);
    } catch (cause) {
      const message = `state.${which} of ${image.name} cannot be understood: ${messageOf(cause)}`;
      throw new BehaviourError('STATE_SETTING_INVALID', message, { cause });
    }
  }
}

/** Skips what its owner silenced and what has nothing to judge: no run is made for it. */
function excuseEarly(
  ledger: Ledger,
  check: Check,
  { settings, subject }: { readonly settings: BehaviourSuite; readonly subject: Subject },
): boolean {
  const silenced = settings.skip[check.id];
  if (silenced !== undefined) {
    ledger.skip(check, { message: `Silenced by its owner: ${silenced}`, reason: silenced });
    return true;
  }
  const reason = check.isPointless?.(subject);
  if (reason === undefined) return false;
  ledger.skip(check, { message: `Nothing to judge: ${reason}.`, reason });
  return true;
}
