import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { captureOutput } from '../testing/captured-output.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { outputOf } from '../testing/report-of.ts';
import {
  behaviourCase,
  failedRun,
  passedRun,
  toEvents,
  type TimedEvent,
} from '../testing/sample-run.ts';
import { github } from './github.ts';

async function reportOf(
  timed: readonly TimedEvent[],
): Promise<{ readonly log: string; readonly summary: string }> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'seatrial-github-'));
  const path = join(folder.path, 'summary.md');
  const log = await outputOf(github, timed, { env: { GITHUB_STEP_SUMMARY: path } });
  return { log, summary: await readFile(path, 'utf8') };
}

test('failures and warnings become annotations', async () => {
  const { log } = await reportOf(failedRun);

  expect(log).toMatchInlineSnapshot(`
    "::warning title=test dynamodb behaviour%3A identity::The image runs as root.%0AAdd \`USER\` with a numeric id to the Dockerfile.
    ::error title=test dynamodb behaviour%3A stops::The container was still running 10 s after SIGTERM and had to be killed.%0AStart the program with \`exec\`, so that it is process 1 and gets the signal.
    "
  `);
});

test('an annotation cannot begin another command', async () => {
  const hostile = behaviourCase('a,b::c', {
    verdict: 'fail',
    message: '100%\n::stop-commands::x\r\n##[add-mask]y',
  });

  const { log } = await reportOf([
    [0, { type: 'case.finished', step: 'test:app:script', case: hostile }],
  ]);

  expect(log).toBe(
    '::error title=test app script%3A a%2Cb%3A%3Ac::100%25%0A::stop-commands::x%0A## [add-mask]y\n',
  );
});

test('a step that failed without a case is an annotation with its error', async () => {
  const { log } = await reportOf([
    [
      0,
      {
        type: 'step.finished',
        step: 'build:app',
        outcome: 'failed',
        durationMs: 1,
        error: { code: 'BUILD_FAILED', message: 'make failed.', hint: 'Run it.' },
      },
    ],
  ]);

  expect(log).toBe('::error title=build app::make failed.%0ARun it.\n');
});

test('the summary has a row per step, the failures and what was shipped', async () => {
  const failed = await reportOf(failedRun);
  const passed = await reportOf(passedRun);

  expect(failed.summary).toContain(
    '| ❌ | test dynamodb behaviour | 10.1s | 1 of 4 failed: stops |',
  );
  expect(failed.summary).toContain('#### ❌ dynamodb: stops');
  expect(passed.summary).toContain('localhost:5000/dynamodb:1.2  moved');
});

test('evidence cannot leave its fence, nor a name its cell', async () => {
  const hostile = behaviourCase('a|b <img>', {
    verdict: 'fail',
    message: 'x',
    evidence: 'before\n````\n# mine\n````',
  });

  const { summary } = await reportOf([
    [0, { type: 'case.finished', step: 'test:app:script', case: hostile }],
  ]);

  expect(summary).toContain('`````text\nbefore\n````\n# mine\n````\n`````');
  expect(summary).toContain('a\\|b &lt;img&gt;');
});

test('without a summary file there are annotations alone', async () => {
  const out = captureOutput();
  const report = await github.open({ out, env: {}, clock: createFakeClock(), files: [] });
  for (const event of toEvents(failedRun)) report.onEvent(event);

  await report.close();

  expect(out.text()).toContain('::error');
});
