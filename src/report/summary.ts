import type { StepKind } from '../kernel/run-events.ts';
import { countVerdicts } from '../kernel/verdict.ts';
import { conclude } from './conclusion.ts';
import type { RunView, StepState, StepView } from './run-view.ts';
import { countPhrase, nameImage, nameStep } from './step-text.ts';
import type { Style } from './style.ts';
import { cleanLine, textWidth, wrapWords } from './terminal-text.ts';

export interface SummaryPlace {
  readonly style: Style;
  readonly width: number;
  /** Reports written in this run. */
  readonly files: readonly string[];
}

/** The end of every text report: counts, what was skipped and why, what was shipped, and one line for people. */
export function renderSummary(view: RunView, place: SummaryPlace): readonly string[] {
  const { style } = place;
  const rows = [
    ...countRows(view),
    ...skipRows(view),
    ...view.notices.map(({ message }): Row => ['note', cleanLine(message)]),
    ...view.steps.flatMap((step) => shippedRows(step, style)),
    ...place.files.map((path): Row => ['report', path]),
    ...errorRows(view),
  ];
  const end = view.end?.outcome;
  const paint = end === 'passed' ? style.good : end === 'failed' ? style.bad : style.warning;
  const conclusion = wrapWords(conclude(view), Math.max(20, place.width));
  return [
    '',
    ...renderRows(rows, place),
    '',
    ...conclusion.map((line) => paint(style.strong(line))),
  ];
}

type Row = readonly [label: string, text: string];

const LABEL_WIDTH = 9;

/** A label is shown once for the rows that share it. */
function renderRows(rows: readonly Row[], { style, width }: SummaryPlace): readonly string[] {
  return rows.flatMap(([label, text], index) => {
    const shown = rows[index - 1]?.[0] === label ? '' : label;
    // References and paths are one word and stay whole, so that they can be copied.
    const lines = wrapWords(text, Math.max(20, width - LABEL_WIDTH - 2));
    return lines.map((line, number) => {
      const head = (number === 0 ? shown : '').padEnd(LABEL_WIDTH);
      return `  ${style.accent(head)}${line}`;
    });
  });
}

function countRows(view: RunView): readonly Row[] {
  const labels: readonly (readonly [StepKind, string])[] = [
    ['build', 'builds'],
    ['test', 'tests'],
    ['ship', 'ships'],
  ];
  return labels.flatMap(([kind, label]): readonly Row[] => {
    const steps = view.steps.filter((step) => step.kind === kind);
    if (steps.length === 0) return [];
    const states = countStates(steps);
    if (kind !== 'test') return [[label, states]];
    const cases = countPhrase(countVerdicts(steps.flatMap((step) => step.cases)));
    return [
      [label, `${steps.length} ${steps.length === 1 ? 'suite' : 'suites'}: ${states}`],
      ['cases', cases],
    ];
  });
}

function countStates(steps: readonly StepView[]): string {
  const order: readonly StepState[] = [
    ...(['failed', 'lost', 'passed', 'cached', 'skipped', 'cancelled'] as const),
    ...(['running', 'waiting'] as const),
  ];
  return order
    .map((state) => [steps.filter((step) => step.state === state).length, state] as const)
    .flatMap(([count, state]) => (count > 0 ? [`${count} ${state}`] : []))
    .join(', ');
}

/** Skips are counted and explained: those with one reason share a row. */
function skipRows(view: RunView): readonly Row[] {
  const byReason = new Map<string, string[]>();
  for (const [reason, name] of skips(view)) {
    byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  }
  return [...byReason].map(([reason, names]) => ['skipped', `${names.join(', ')}: ${reason}`]);
}

function skips(view: RunView): readonly (readonly [reason: string, name: string])[] {
  return view.steps.flatMap((step) => {
    const skippedCases = step.cases.filter(({ verdict }) => verdict === 'skip');
    return [
      ...(step.state === 'skipped'
        ? [[cleanLine(step.reason ?? ''), `${step.kind} ${nameStep(step, view)}`] as const]
        : []),
      ...skippedCases.map(
        ({ id, reason }) =>
          [cleanLine(reason ?? ''), `${cleanLine(id)} of ${nameImage(step, view)}`] as const,
      ),
    ];
  });
}

function shippedRows(step: StepView, style: Style): readonly Row[] {
  const [first] = step.refs;
  if (step.kind !== 'ship' || first === undefined) return [];
  const width = Math.max(...step.refs.map(textWidth));
  const rows = step.refs.map((ref): Row => {
    const what = step.moved.includes(ref) ? style.good('moved') : style.faint('already there');
    return ['shipped', `${cleanLine(ref).padEnd(width)}  ${what}`];
  });
  return step.digest === undefined
    ? rows
    : [...rows, ['shipped', style.faint(`${repositoryOf(first)}@${step.digest}`)]];
}

/** A tag holds no slash, and a port is followed by one. */
function repositoryOf(ref: string): string {
  return ref.replace(/:[^/:]+$/u, '');
}

function errorRows(view: RunView): readonly Row[] {
  const error = view.end?.error;
  if (error === undefined) return [];
  return [
    ['error', `${cleanLine(error.message)} (${error.code})`],
    ['fix', cleanLine(error.hint)],
  ];
}
