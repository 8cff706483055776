import type { Case } from '../kernel/verdict.ts';
import type { StepView } from './run-view.ts';
import { isFailure } from './step-text.ts';
import { verdictMark, type Style } from './style.ts';
import { cleanLine, cleanText, wrapWords } from './terminal-text.ts';
import { renderDuration } from './duration.ts';

export interface TextPlace {
  readonly style: Style;
  /** Columns that prose is wrapped at; evidence is never cut. */
  readonly width: number;
}

const OUTPUT_LINES = 20;

/** A case in full: what was found, the evidence, the fix and the command to see it by hand. */
export function renderCase(each: Case, title: string, place: TextPlace): readonly string[] {
  const { style } = place;
  const head = `${verdictMark(style, each.verdict)} ${style.strong(title)}  ${style.faint(renderDuration(each.durationMs))}`;
  return [
    head,
    ...prose(each.message, place),
    ...(each.reason === undefined ? [] : labelled('why', each.reason, place)),
    ...quote(each.evidence ?? '', style),
    ...(each.fix === undefined ? [] : labelled('fix', each.fix, place)),
    ...(each.command === undefined ? [] : labelledWhole('see', each.command, style)),
  ];
}

/** Below the line of a step that failed by itself and not by a case: its error and the last of its output. */
export function renderStepFailure(step: StepView, place: TextPlace): readonly string[] {
  const { style } = place;
  if ((step.state !== 'failed' && step.state !== 'lost') || step.cases.some(isFailure)) return [];
  const message = step.error?.message ?? step.reason ?? `The step ${step.state} without a reason.`;
  const output = step.output.slice(-OUTPUT_LINES).map(({ text }) => text);
  return [
    // The message of an error may have lines of its own, such as a piece of a Dockerfile.
    ...cleanText(message)
      .split('\n')
      .map((line) => `  ${line}`.trimEnd()),
    ...quote(output.join('\n'), style),
    ...(step.error === undefined ? [] : labelled('fix', step.error.hint, place)),
  ];
}

/** Text from outside behind a bar, so that no line of it can pass for one of ours. */
export function quote(text: string, style: Style): readonly string[] {
  const clean = cleanText(text).replace(/\s+$/u, '');
  if (clean === '') return [];
  return clean.split('\n').map((line) => style.faint(`  ${style.symbols.bar} `) + line);
}

function prose(text: string, { width }: TextPlace): readonly string[] {
  return cleanText(text)
    .split('\n')
    .flatMap((line) => wrapWords(line, Math.max(20, width - 2)))
    .map((line) => `  ${line}`.trimEnd());
}

function labelled(label: string, text: string, { style, width }: TextPlace): readonly string[] {
  const lines = wrapWords(cleanLine(text), Math.max(20, width - 7));
  return lines.map((line, index) => `  ${index === 0 ? style.accent(label) : '   '}  ${line}`);
}

/** Not wrapped, so that it can be copied. */
function labelledWhole(label: string, text: string, style: Style): readonly string[] {
  return [`  ${style.accent(label)}  ${style.faint(cleanLine(text))}`];
}
