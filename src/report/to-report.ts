import { countVerdicts, type Case } from '../kernel/verdict.ts';
import {
  REPORT_SCHEMA,
  type CheckReport,
  type ErrorReport,
  type ReportedCase,
  type ReportedImage,
  type ReportedStep,
  type RunReport,
} from './report-document.ts';
import type { RunView, StepView } from './run-view.ts';

/** The report that fits the command of the run: `check` tells about one image, all others about a run. */
export function toReport(view: RunView): CheckReport | RunReport | ErrorReport {
  const error = view.end?.error;
  if (view.steps.length === 0 && error !== undefined) return { schema: REPORT_SCHEMA, error };
  return view.command === 'check' ? toCheckReport(view) : toRunReport(view);
}

function toCheckReport(view: RunView): CheckReport | ErrorReport {
  const [image] = toImages(view);
  const error = errorOf(view);
  if (image === undefined) {
    return { schema: REPORT_SCHEMA, error: error ?? noImage };
  }
  const { class: imageClass, cases, summary, ...reported } = image;
  return {
    schema: REPORT_SCHEMA,
    // Whoever checks an image knows it by the reference they gave, which is the image's name here.
    image: { ...reported, ref: view.steps[0]?.image ?? reported.ref },
    class: imageClass,
    cases,
    summary,
    ...(error === undefined ? {} : { error }),
  };
}

const noImage = {
  code: 'NOTHING_CHECKED',
  message: 'The run ended before an image was looked at.',
  hint: 'Run the check again.',
};

/** A step's own error is that of the check: there is nothing else in it. */
function errorOf(view: RunView): ErrorReport['error'] | undefined {
  return view.end?.error ?? view.steps.find(({ error }) => error !== undefined)?.error;
}

function toRunReport(view: RunView): RunReport {
  const error = view.end?.error;
  return {
    schema: REPORT_SCHEMA,
    run: {
      id: view.runId ?? '',
      outcome: view.end?.outcome ?? 'died',
      durationMs: view.end?.durationMs ?? null,
    },
    images: toImages(view),
    steps: view.steps.map(toReportedStep),
    ...(error === undefined ? {} : { error }),
  };
}

/** One entry per image and platform, in the order of the plan. */
function toImages(view: RunView): ReportedImage[] {
  const groups = new Map<string, StepView[]>();
  for (const step of view.steps) {
    const name = JSON.stringify([step.image, step.platform]);
    groups.set(name, [...(groups.get(name) ?? []), step]);
  }
  return [...groups.values()].flatMap((steps) => toImage(steps));
}

function toImage(steps: readonly StepView[]): readonly ReportedImage[] {
  const [first] = steps;
  if (first === undefined) return [];
  const last = <Value>(pick: (step: StepView) => Value | undefined): Value | undefined =>
    steps.map(pick).findLast((value) => value !== undefined);
  const cases = steps.flatMap((step) => step.cases);
  return [
    {
      ref: last(({ imageRef }) => imageRef) ?? first.image,
      id: last(({ imageId }) => imageId) ?? null,
      digest: last(({ digest }) => digest) ?? null,
      platform: first.platform,
      class: last(({ imageClass }) => imageClass) ?? null,
      cases: cases.map(toReportedCase),
      summary: countVerdicts(cases),
    },
  ];
}

function toReportedCase(each: Case): ReportedCase {
  const { suite, id, verdict, severity, durationMs, message } = each;
  return {
    suite,
    id,
    verdict,
    severity,
    durationMs,
    message,
    evidence: each.evidence ?? null,
    fix: each.fix ?? null,
    reason: each.reason ?? null,
    command: each.command ?? null,
  };
}

function toReportedStep(step: StepView): ReportedStep {
  const { id, kind, image, platform, state } = step;
  return {
    id,
    kind,
    image,
    suite: step.suite ?? null,
    platform,
    outcome: state === 'waiting' || state === 'running' ? 'unfinished' : state,
    durationMs: step.durationMs ?? null,
    reason: step.reason ?? null,
    imageId: step.imageId ?? null,
    digest: step.digest ?? null,
    refs: [...step.refs],
    moved: [...step.moved],
    error: step.error ?? null,
  };
}
