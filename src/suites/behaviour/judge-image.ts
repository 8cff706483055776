import { RE2JS } from 're2js';
import { systemClock, type Clock } from '../../host/clock.ts';
import type { BehaviourSuite } from '../../config/schema.ts';
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
import { planRuns } from './run-plan.ts';
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
  readonly class: ImageClass;
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
  const { projectFolder, scope, concurrency } = options;
  const subject: Subject = { image, projectFolder, mayWrite: settings.may_write };
  refuseInvalidSettings(subject);
  const selected = checks.filter(({ id }) => settings.only?.includes(id) ?? true);
  const ledger = new Ledger({ subject, checks: selected, foundation, clock, signal, report });
  let imageClass: ImageClass = 'broken';
  const onClassified = (found: Classification): void => {
    imageClass = found.imageClass;
    report.classified?.(found.imageClass);
  };
  const unstarted = classifyWithoutStart(subject);
  const open = selected.filter((check) => !excuseEarly(ledger, check, { settings, subject }));
  if (unstarted === undefined) {
    const needs = new Set(open.map((check) => check.needs));
    const plan = planRuns(needs, image.profile.state !== undefined);
    const trial = { subject, scope, clock, signal };
    await runBattery({ trial, plan, ledger, concurrency, onClassified });
  } else {
    onClassified(unstarted);
    ledger.classify(unstarted);
  }
  return { class: imageClass, cases: ledger.cases() };
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
