import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * Prints `N passed, N failed, N skipped`, summed over the JSON reports that Vitest wrote during
 * `scripts/check.ts`. Exit code 1 when a test failed, and when there was none.
 *   node scripts/test-count.ts [FOLDER]
 */
const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) }),
  ),
});

type Report = z.infer<typeof reportSchema>;

const [folder = join(import.meta.dirname, '..', '.cache', 'vitest')] = process.argv.slice(2);
const reports = await readReports(folder);
const passed = sum((report) => report.numPassedTests);
const failed = sum((report) => report.numFailedTests + countBrokenFiles(report));
const skipped = sum((report) => report.numPendingTests + report.numTodoTests);

console.log(`${String(passed)} passed, ${String(failed)} failed, ${String(skipped)} skipped`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function sum(count: (report: Report) => number): number {
  return reports.reduce((total, report) => total + count(report), 0);
}

/** A file that could not be loaded has no failed test, and is no less a failure. */
function countBrokenFiles(report: Report): number {
  return report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
}

async function readReports(of: string): Promise<readonly Report[]> {
  const names = await readdir(of).catch(() => []);
  return Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .map(async (name) => reportSchema.parse(JSON.parse(await readFile(join(of, name), 'utf8')))),
  );
}
