import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openReports } from './open-reports.ts';
import type { Reporter } from './reporter.ts';
import { findReporter, reporters } from './reporters/index.ts';
import { captureOutput } from './testing/captured-output.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { passedRun, toEvents } from './testing/sample-run.ts';

function targetOf(): Parameters<typeof openReports>[1] & {
  readonly out: ReturnType<typeof captureOutput>;
} {
  return { out: captureOutput(), env: {}, clock: createFakeClock() };
}

function reporterOf(more: Partial<Reporter>): Reporter {
  return {
    id: 'mine',
    describe: 'A reporter of this test.',
    destination: 'output',
    open: async () => ({ onEvent: () => {}, close: async () => {} }),
    ...more,
  };
}

test('files are written before the text that names them', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'seatrial-reports-'));
  const path = join(folder.path, 'deep', 'junit.xml');
  const target = targetOf();
  const report = await openReports(
    [{ reporter: findReporter('plain') }, { reporter: findReporter('junit'), path }],
    target,
  );

  for (const event of toEvents(passedRun)) report.onEvent(event);
  await report.close();

  expect(await readFile(path, 'utf8')).toContain('<testsuites');
  expect(target.out.text()).toContain(`report   ${path}`);
});

test('a report of the output goes to a file alone when a file is asked for', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'seatrial-reports-'));
  const path = join(folder.path, 'deep', 'report.json');
  const target = targetOf();
  const report = await openReports(
    [{ reporter: findReporter('plain') }, { reporter: findReporter('json'), path }],
    target,
  );

  for (const event of toEvents(passedRun)) report.onEvent(event);
  await report.close();

  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ run: { outcome: 'passed' } });
  expect(target.out.text()).toContain(`report   ${path}`);
  expect(target.out.text()).not.toContain('seatrial.report/1');
});

test('a report that fails hinders no other and is named at the end: REPORT_UNWRITABLE', async () => {
  const target = targetOf();
  const breaks = reporterOf({
    open: async () => ({
      onEvent: () => {
        throw new Error('no ink');
      },
      close: async () => {},
    }),
  });
  const report = await openReports(
    [
      { reporter: breaks },
      { reporter: findReporter('junit'), path: join(import.meta.filename, 'junit.xml') },
      { reporter: findReporter('json') },
    ],
    target,
  );

  for (const event of toEvents(passedRun)) report.onEvent(event);

  await expect(report.close()).rejects.toMatchObject({ code: 'REPORT_UNWRITABLE', exitCode: 3 });
  expect(JSON.parse(target.out.text())).toMatchObject({ run: { outcome: 'passed' } });
});

test('the error of a report that failed says which and why', async () => {
  const breaks = reporterOf({
    open: async () => {
      throw new Error('no paper');
    },
  });
  const report = await openReports([{ reporter: breaks }], targetOf());

  await expect(report.close()).rejects.toThrow('A report was not written: mine: no paper');
});

test('an unknown reporter is refused with those that exist: REPORTER_UNKNOWN', () => {
  expect(() => findReporter('pdf')).toThrow(
    expect.objectContaining({
      code: 'REPORTER_UNKNOWN',
      hint: 'Use one of: live, plain, json, junit, github, html, markdown, tap, sarif.',
    }),
  );
});

test('every reporter has an id of its own and a sentence about itself', () => {
  expect(new Set(reporters.map(({ id }) => id)).size).toBe(reporters.length);
  expect(reporters.every(({ describe }) => describe.endsWith('.'))).toBe(true);
});
