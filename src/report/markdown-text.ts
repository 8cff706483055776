import type { Case } from '../kernel/verdict.ts';
import { conclude } from './conclusion.ts';
import { renderDuration } from './duration.ts';
import type { RunView, StepView } from './run-view.ts';
import { describeResult, isFailure, nameImage, nameStep } from './step-text.ts';
import { cleanLine, cleanText } from './terminal-text.ts';

/** GitHub refuses a summary of more than 1 MiB: long evidence is cut. */
const EVIDENCE_CHARACTERS = 4000;
const FAILURES_SHOWN = 50;

/** For the page of a job and for a comment at a pull request: steps, failures with their fix, what was shipped. */
export function renderMarkdown(view: RunView): string {
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
    ...shown.flatMap(({ step, each }) => renderFailure(nameImage(step, view), each)),
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

function renderFailure(image: string, each: Case): readonly string[] {
  const evidence = cleanText(each.evidence ?? '').slice(0, EVIDENCE_CHARACTERS);
  return [
    '',
    `#### ❌ ${escapeMarkdown(`${image}: ${each.id}`)}`,
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
