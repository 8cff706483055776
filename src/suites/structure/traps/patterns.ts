import { problemOfExpression } from '../../../config/expression.ts';
import type { Path, Problem } from '../../../config/diagnostics.ts';
import type { Variable } from '../file-schema.ts';
import { ORIGINAL, problemAt, type Trap } from './trap.ts';

/** An expression that is none: the original logs it and takes it for one that says no. */
export const patternTraps: Trap = (file) => [
  ...file.commandTests.flatMap((test, index) =>
    (['expectedOutput', 'excludedOutput', 'expectedError', 'excludedError'] as const).flatMap(
      (list) => problemsOfList(['commandTests', index, list], test[list]),
    ),
  ),
  ...file.fileContentTests.flatMap((test, index) =>
    (['expectedContents', 'excludedContents'] as const).flatMap((list) =>
      problemsOfList(['fileContentTests', index, list], test[list]),
    ),
  ),
  ...(['envVars', 'labels'] as const).flatMap((list) =>
    problemsOfVariables(['metadataTest', list], file.metadataTest?.[list] ?? []),
  ),
];

function problemsOfList(path: Path, patterns: readonly string[]): readonly Problem[] {
  return patterns.flatMap((pattern, index) => problemsOf([...path, index], pattern));
}

function problemsOfVariables(path: Path, variables: readonly Variable[]): readonly Problem[] {
  return variables.flatMap(({ value, isRegex }, index) =>
    isRegex ? problemsOf([...path, index, 'value'], value) : [],
  );
}

function problemsOf(path: Path, pattern: string): readonly Problem[] {
  const problem = problemOfExpression(pattern);
  if (problem === undefined) return [];
  const clause = `is no regular expression in RE2 syntax: ${problem}; ${ORIGINAL} would only log that`;
  return [problemAt(path, { clause })];
}
