import type { Case } from '../kernel/verdict.ts';
import { conclude } from './conclusion.ts';
import { renderDuration } from './duration.ts';
import type { RunView, StepView } from './run-view.ts';
import { describeResult, isFailure, isWarning, nameStep } from './step-text.ts';
import { cleanLine, cleanText } from './terminal-text.ts';

/**
 * One command of a workflow. The escapes keep text from ending the command or beginning another.
 * @see https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
 */
function renderAnnotation(level: 'error' | 'warning', title: string, message: string): string {
  return `::${level} title=${escapeProperty(cleanLine(title))}::${escapeData(cleanText(message))}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** An annotation per failure and warning, and one per step that failed without a case. */
export function renderAnnotations(view: RunView): readonly string[] {
  return view.steps.flatMap((step) => {
    const title = `${step.kind} ${nameStep(step, view)}`;
    const told = step.cases
      .filter((each) => isFailure(each) || isWarning(each))
      .map((each) =>
        renderAnnotation(
          isFailure(each) ? 'error' : 'warning',
          `${title}: ${each.id}`,
          [each.message, each.reason, each.fix].filter((part) => part !== undefined).join('\n'),
        ),
      );
    const isBroken = step.state === 'failed' || step.state === 'lost';
    if (!isBroken || step.cases.some(isFailure)) return told;
    const message = [step.error?.message ?? step.reason ?? step.state, step.error?.hint ?? ''];
    return [...told, renderAnnotation('error', title, message.join('\n').trim())];
  });
}

/** GitHub refuses a summary of more than 1 MiB: long evidence is cut. */
const EVIDENCE_CHARACTERS = 4000;
const FAILURES_SHOWN = 50;

/** Markdown for the page of the job. */
export function renderStepSummary(view: RunView): string {
  const failures = view.steps.flatMap((step) =>
    step.cases.filter(isFailure).map((each) => ({ step, each })),
  );
  const shown = failures.slice(0, FAILURES_SHOWN);
  return [
    `### ${escapeMarkdown(conclude(view))}`,
    '',
    '| | step | time | result |',
    '|---|---|---:|---|',
    ...view.steps.map((step) => renderRow(step, view)),
    ...shown.flatMap(({ step, each }) => renderFailure(step, each)),
    ...(failures.length > shown.length ? ['', `And ${failures.length - shown.length} more.`] : []),
    ...renderShipped(view),
    '',
  ].join('\n');
}

const STATE_EMOJI: Readonly<Record<StepView['state'], string>> = {
  passed: '✅',
  cached: '♻️',
  failed: '❌',
  lost: '❓',
  skipped: '⏭️',
  cancelled: '🚫',
  waiting: '⏳',
  running: '⏳',
};

function renderRow(step: StepView, view: RunView): string {
  const time = step.durationMs === undefined ? '' : renderDuration(step.durationMs);
  const name = escapeMarkdown(`${step.kind} ${nameStep(step, view)}`);
  return `| ${STATE_EMOJI[step.state]} | ${name} | ${time} | ${escapeMarkdown(describeResult(step))} |`;
}

function renderFailure(step: StepView, each: Case): readonly string[] {
  const evidence = cleanText(each.evidence ?? '').slice(0, EVIDENCE_CHARACTERS);
  return [
    '',
    `#### ❌ ${escapeMarkdown(`${step.image}: ${each.id}`)}`,
    '',
    escapeMarkdown(each.message),
    ...(each.reason === undefined ? [] : ['', escapeMarkdown(each.reason)]),
    ...(evidence === '' ? [] : ['', ...fence(evidence)]),
    ...(each.fix === undefined ? [] : ['', `**Fix:** ${escapeMarkdown(each.fix)}`]),
    ...(each.command === undefined ? [] : ['', ...fence(cleanLine(each.command))]),
  ];
}

function renderShipped(view: RunView): readonly string[] {
  const shipped = view.steps.filter((step) => step.kind === 'ship' && step.refs.length > 0);
  if (shipped.length === 0) return [];
  const lines = shipped.flatMap((step) => [
    ...step.refs.map((ref) => `${ref}  ${step.moved.includes(ref) ? 'moved' : 'already there'}`),
    step.digest ?? '',
  ]);
  return ['', '#### Shipped', '', ...fence(lines.map(cleanLine).join('\n'))];
}

/** A fence longer than any in the text, so that the text cannot end it. */
function fence(text: string): readonly string[] {
  const longest = Math.max(0, ...[...text.matchAll(/`+/gu)].map(([ticks]) => ticks.length));
  const ticks = '`'.repeat(Math.max(3, longest + 1));
  return [`${ticks}text`, text, ticks];
}

function escapeMarkdown(text: string): string {
  return cleanLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_[\]|#~@]/gu, (character) => `\\${character}`);
}
