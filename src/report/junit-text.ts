import type { Case } from '../kernel/verdict.ts';
import { markup, type Markup } from './markup.ts';
import type { RunView, StepView } from './run-view.ts';
import { isFailure, isWarning, nameStep } from './step-text.ts';
import { cleanText } from './terminal-text.ts';

/**
 * Each step is a suite; a step without cases has one case, the step itself.
 * @see https://github.com/testmoapp/junitxml
 */
export function renderJunit(view: RunView): string {
  const suites = view.steps.map((step) => toSuite(step, view));
  const total = (pick: (suite: Suite) => number): number =>
    suites.reduce((sum, suite) => sum + pick(suite), 0);
  const document = markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${`seatrial ${view.command ?? ''}`}" tests="${total(({ cases }) => cases.length)}" failures="${total(countOf('failure'))}" errors="${total(countOf('error'))}" skipped="${total(countOf('skipped'))}" time="${seconds(view.end?.durationMs)}"${attribute('timestamp', view.startedAt)}>
${suites.map(renderSuite)}</testsuites>
`;
  return document.toString();
}

interface Suite {
  readonly name: string;
  readonly step: StepView;
  readonly cases: readonly Result[];
}

interface Result {
  readonly name: string;
  readonly durationMs?: number | undefined;
  readonly kind: 'passed' | 'failure' | 'error' | 'skipped';
  readonly message: string;
  readonly text: string;
}

function countOf(kind: Result['kind']): (suite: Suite) => number {
  return ({ cases }) => cases.filter((each) => each.kind === kind).length;
}

function toSuite(step: StepView, view: RunView): Suite {
  const name = `${step.kind} ${nameStep(step, view)}`;
  const cases = step.cases.map(toResult);
  const own = toStepResult(step, name);
  const isTold = cases.some(isBad);
  // A step may end badly although none of its cases did, and a report without a failure would lie.
  const isOwn = cases.length === 0 || (isBad(own) && !isTold);
  return { name, step, cases: isOwn ? [...cases, own] : cases };
}

function isBad({ kind }: Result): boolean {
  return kind === 'failure' || kind === 'error';
}

function toResult(each: Case): Result {
  const { id, durationMs } = each;
  const told = [each.evidence, labelled('fix', each.fix), labelled('see', each.command)];
  const text = told.filter((part) => part !== undefined).join('\n');
  if (each.verdict === 'skip') {
    return {
      name: id,
      durationMs,
      kind: 'skipped',
      message: each.reason ?? each.message,
      text: '',
    };
  }
  if (each.verdict === 'lost') {
    return { name: id, durationMs, kind: 'error', message: each.reason ?? each.message, text };
  }
  if (isFailure(each))
    return { name: id, durationMs, kind: 'failure', message: each.message, text };
  const note = isWarning(each) ? `warning: ${each.message}\n${text}` : each.message;
  return { name: id, durationMs, kind: 'passed', message: '', text: note };
}

function toStepResult(step: StepView, name: string): Result {
  const message = step.error?.message ?? step.reason ?? step.state;
  const output = step.output.map(({ text }) => text).join('\n');
  const kinds: Readonly<Record<StepView['state'], Result['kind']>> = {
    passed: 'passed',
    cached: 'passed',
    failed: 'failure',
    lost: 'error',
    skipped: 'skipped',
    cancelled: 'error',
    waiting: 'skipped',
    running: 'error',
  };
  const result = {
    name,
    durationMs: step.durationMs,
    kind: kinds[step.state],
    message,
    text: message,
  };
  return isBad(result) ? { ...result, text: output } : result;
}

function renderSuite({ name, step, cases }: Suite): Markup {
  const suite: Suite = { name, step, cases };
  return markup`  <testsuite name="${name}" tests="${cases.length}" failures="${countOf('failure')(suite)}" errors="${countOf('error')(suite)}" skipped="${countOf('skipped')(suite)}" time="${seconds(step.durationMs)}"${attribute('timestamp', step.startedAt)}>
    <properties>
${properties(step).map(([key, value]) => markup`      <property name="${key}" value="${value}"/>\n`)}    </properties>
${cases.map((each) => renderResult(each, name))}  </testsuite>
`;
}

function properties(step: StepView): readonly (readonly [string, string])[] {
  const known = [
    ['image', step.imageRef ?? step.image],
    ['image.id', step.imageId],
    ['image.digest', step.digest],
    ['image.platform', step.platform],
    ['outcome', step.state],
  ] as const;
  return known.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
}

function renderResult(result: Result, suite: string): Markup {
  const text = clean(result.text);
  const head = markup`    <testcase classname="${suite}" name="${result.name}" time="${seconds(result.durationMs)}"`;
  if (result.kind === 'passed') {
    return text === ''
      ? markup`${head}/>\n`
      : markup`${head}>\n      <system-out>${text}</system-out>\n    </testcase>\n`;
  }
  const message = clean(result.message);
  const end = markup`\n    </testcase>\n`;
  if (result.kind === 'skipped')
    return markup`${head}>\n      <skipped message="${message}"/>${end}`;
  return result.kind === 'failure'
    ? markup`${head}>\n      <failure message="${message}">${text}</failure>${end}`
    : markup`${head}>\n      <error message="${message}">${text}</error>${end}`;
}

function clean(text: string): string {
  return cleanText(text).trimEnd();
}

function labelled(label: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : `${label}: ${text}`;
}

function attribute(name: string, value: string | undefined): Markup {
  return value === undefined ? markup`` : markup` ${name}="${value}"`;
}

function seconds(durationMs = 0): string {
  return (durationMs / 1000).toFixed(3);
}
