import { markup, type Markup } from './markup.ts';
import type { RunView, StepView } from './run-view.ts';
import { cleanText } from './terminal-text.ts';
import { toResultSuite, type Result, type ResultSuite } from './test-results.ts';

/** @see https://github.com/testmoapp/junitxml */
export function renderJunit(view: RunView): string {
  const suites = view.steps.map((step) => toResultSuite(step, view));
  const total = (pick: (suite: ResultSuite) => number): number =>
    suites.reduce((sum, suite) => sum + pick(suite), 0);
  const document = markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${`seatrial ${view.command ?? ''}`}" tests="${total(({ cases }) => cases.length)}" failures="${total(countOf('failure'))}" errors="${total(countOf('error'))}" skipped="${total(countOf('skipped'))}" time="${seconds(view.end?.durationMs)}"${attribute('timestamp', view.startedAt)}>
${suites.map(renderSuite)}</testsuites>
`;
  return document.toString();
}

function countOf(kind: Result['kind']): (suite: ResultSuite) => number {
  return ({ cases }) => cases.filter((each) => each.kind === kind).length;
}

function renderSuite({ name, step, cases }: ResultSuite): Markup {
  const suite: ResultSuite = { name, step, cases };
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
  const text = clean(
    result.warning === undefined ? result.text : `warning: ${result.warning}\n${result.text}`,
  );
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

function attribute(name: string, value: string | undefined): Markup {
  return value === undefined ? markup`` : markup` ${name}="${value}"`;
}

function seconds(durationMs = 0): string {
  return (durationMs / 1000).toFixed(3);
}
