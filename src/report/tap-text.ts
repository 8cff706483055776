import type { RunView } from './run-view.ts';
import { cleanLine, cleanText } from './terminal-text.ts';
import { isBadResult, toResultSuite, type Result } from './test-results.ts';

/**
 * A flat list: harnesses that know no subtests read it as well.
 * @see https://testanything.org/tap-version-14-specification.html
 */
export function renderTap(view: RunView): string {
  const points = view.steps.flatMap((step) => {
    const { name, cases } = toResultSuite(step, view);
    return cases.map((result) => ({ result, name }));
  });
  const error = view.end?.error;
  return [
    'TAP version 14',
    `1..${points.length}`,
    ...points.flatMap(({ result, name }, index) => renderPoint(result, name, index + 1)),
    ...(error === undefined ? [] : [`Bail out! ${cleanLine(`${error.message} (${error.code})`)}`]),
    '',
  ].join('\n');
}

function renderPoint(result: Result, suite: string, number: number): readonly string[] {
  const name = result.name === suite ? suite : `${suite}: ${result.name}`;
  const point = `${isBadResult(result) ? 'not ok' : 'ok'} ${number} - ${escape(name)}`;
  if (result.kind === 'skipped') return [`${point} # SKIP ${escape(result.message)}`];
  return [point, ...renderDiagnostics(result)];
}

/** Its values are JSON strings, which YAML takes as they are: no text can leave its place. */
function renderDiagnostics(result: Result): readonly string[] {
  const { kind, warning, durationMs } = result;
  const fields: readonly (readonly [string, string | number | undefined])[] = [
    ['duration_ms', durationMs],
    ['severity', kind === 'passed' ? (warning === undefined ? undefined : 'warning') : kind],
    ['message', kind === 'passed' ? warning : result.message],
    ['details', kind === 'passed' && warning === undefined ? undefined : result.text],
  ];
  const told = fields.flatMap(([key, value]) =>
    value === undefined || value === ''
      ? []
      : [
          `  ${key}: ${typeof value === 'number' ? value : JSON.stringify(cleanText(value).trimEnd())}`,
        ],
  );
  return told.length === 0 ? [] : ['  ---', ...told, '  ...'];
}

/** `#` would begin a directive. */
function escape(text: string): string {
  return cleanLine(text).replaceAll('\\', '\\\\').replaceAll('#', '\\#');
}
