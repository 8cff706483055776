import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';

/**
 * Prints the name of each failed test with the head of what it said, and `N passed, N failed, N skipped`, summed over
 * the JSON reports that Vitest wrote during `scripts/check.ts`. Exit code 1 when a test failed, and when there was none.
 * Whoever sees only the end of a long log learns here what failed.
 *   node scripts/test-count.ts [FOLDER]
 */
const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({
      status: z.string(),
      name: z.string().optional(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          status: z.string(),
          fullName: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

type Report = z.infer<typeof reportSchema>;

/** Characters of a failed test's message that are printed: the comparison fits, the stack does not. */
const MESSAGE_HEAD = 600;

const [folder = join(import.meta.dirname, '..', '.cache', 'vitest')] = process.argv.slice(2);
const reports = await readReports(folder);
const passed = sum((report) => report.numPassedTests);
const failed = sum((report) => report.numFailedTests + brokenFiles(report).length);
const skipped = sum((report) => report.numPendingTests + report.numTodoTests);

for (const report of reports) for (const text of renderFailures(report)) console.log(text);
console.log(`${String(passed)} passed, ${String(failed)} failed, ${String(skipped)} skipped`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function sum(count: (report: Report) => number): number {
  return reports.reduce((total, report) => total + count(report), 0);
}

function renderFailures(report: Report): readonly string[] {
  const tests = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed');
  return [
    ...brokenFiles(report).map(({ name = 'a file', message = '' }) => render(name, message)),
    ...tests.map((test) => render(test.fullName, (test.failureMessages ?? []).join('\n'))),
  ];
}

function render(name: string, message: string): string {
  const head = stripVTControlCharacters(message).slice(0, MESSAGE_HEAD);
  return `failed: ${name}\n${head.replaceAll(/^/gmu, '  ')}`;
}

/** A file that could not be loaded has no failed test, and is no less a failure. */
function brokenFiles(report: Report): Report['testResults'] {
  return report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
}

async function readReports(of: string): Promise<readonly Report[]> {
  const names = await readdir(of).catch(() => []);
  return Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .map(async (name) => reportSchema.parse(JSON.parse(await readFile(join(of, name), 'utf8')))),
  );
}
