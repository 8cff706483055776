import { expect, test } from 'vitest';
import { captureOutput } from '../testing/captured-output.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { outputOf } from '../testing/report-of.ts';
import { failedRun, passedRun, toEvents, type TimedEvent } from '../testing/sample-run.ts';
import { plain } from './plain.ts';

const env = { LANG: 'C.UTF-8' };

async function textOf(timed: readonly TimedEvent[]): Promise<string> {
  return await outputOf(plain, timed, { env, files: ['report.html'] });
}

test('a passed run is told line by line, with times, skips and what was shipped', async () => {
  expect(await textOf(passedRun)).toMatchInlineSnapshot(`
    "seatrial ci of dynamodb, run 20261124-101530-4f2a
    ≡ build jre  cached: passed in run 20261123-090000-11aa, nothing changed since
      build dynamodb starts: Dockerfile changed since the last run
    ✓ build dynamodb  2.3s  image 4f2a4f2a4f2a, 1 of 2 steps cached
      test dynamodb behaviour starts: the image changed
      test dynamodb script starts: the image changed
    ✓ test dynamodb behaviour → starts  400ms  The image starts.
    ! test dynamodb behaviour → identity  400ms
      The image runs as root.
      fix  Add \`USER\` with a numeric id to the Dockerfile.
    - test dynamodb behaviour → volumes-persist  0ms  skipped: the image declares no volume
    ✓ test dynamodb behaviour → stops  400ms  The image stops.
    ✓ test dynamodb behaviour  1.6s  2 passed, 1 warned, 1 skipped
    ✓ test dynamodb script → test/tables.test.sh  3.1s  It ended with exit code 0.
    ✓ test dynamodb script  3.1s  1 passed
      ship dynamodb starts: the digest changed
    ✓ ship dynamodb  150ms  localhost:5000/dynamodb:1.2 and 1 more now at 9b1c9b1c9b1c

      builds   1 passed, 1 cached
      tests    2 suites: 2 passed
      cases    3 passed, 1 warned, 1 skipped
      ships    1 passed
      skipped  volumes-persist of dynamodb: the image declares no volume
      shipped  localhost:5000/dynamodb:1.2     moved
               localhost:5000/dynamodb:latest  already there
               localhost:5000/dynamodb@sha256:9b1c9b1c9b1c9b1c9b1c9b1c9b1c9b1c9b1c9b1c9b1c9b1c9b1c9b1c9b1c9b1c
      report   report.html

    Passed in 5.6s: 2 images built (1 from an earlier run), 2 suites passed, 1 image shipped.
    "
  `);
});

test('a failure is told in full where it happens, its evidence made harmless', async () => {
  expect(await textOf(failedRun)).toMatchInlineSnapshot(`
    "seatrial ci of dynamodb, run 20261124-101530-4f2a
    ≡ build jre  cached: passed in run 20261123-090000-11aa, nothing changed since
      build dynamodb starts: Dockerfile changed since the last run
    ✓ build dynamodb  2.3s  image 4f2a4f2a4f2a, 1 of 2 steps cached
      test dynamodb behaviour starts: the image changed
      test dynamodb script starts: the image changed
    ✓ test dynamodb behaviour → starts  400ms  The image starts.
    ! test dynamodb behaviour → identity  400ms
      The image runs as root.
      fix  Add \`USER\` with a numeric id to the Dockerfile.
    - test dynamodb behaviour → volumes-persist  0ms  skipped: the image declares no volume
    ✓ test dynamodb script → test/tables.test.sh  3.1s  It ended with exit code 0.
    ✓ test dynamodb script  3.1s  1 passed
    ✗ test dynamodb behaviour → stops  10.1s
      The container was still running 10 s after SIGTERM and had to be killed.
      │ PID 1: /bin/sh -c java -jar DynamoDBLocal.jar
      │ </pre><script>alert(1)</script>]]>
      │ ::error::spoofed
      │ ## vso[task.setvariable]x
      │ &<>"'\`��
      fix  Start the program with \`exec\`, so that it is process 1 and gets the signal.
      see  docker run -d --name t dynamodb && docker stop -t 10 t && docker inspect t
    ✗ test dynamodb behaviour  10.1s  1 of 4 failed: stops
    - ship dynamodb  skipped: test:dynamodb:behaviour failed

      builds   1 passed, 1 cached
      tests    2 suites: 1 failed, 1 passed
      cases    1 failed, 2 passed, 1 warned, 1 skipped
      ships    1 skipped
      skipped  volumes-persist of dynamodb: the image declares no volume
               ship dynamodb: test:dynamodb:behaviour failed
      report   report.html

    Failed after 12.5s: test dynamodb behaviour (stops). Nothing was shipped.
    "
  `);
});

test('a step that fails without a case shows its error and the last of its output', async () => {
  const text = await textOf([
    [0, { type: 'step.started', step: 'build:app', why: 'first build' }],
    [
      1,
      { type: 'step.output', step: 'build:app', source: 'RUN', text: 'make: *** [all] Error 2\n' },
    ],
    [
      2,
      {
        type: 'step.finished',
        step: 'build:app',
        outcome: 'failed',
        durationMs: 900,
        error: {
          code: 'BUILD_FAILED',
          message: 'RUN make ended with exit code 2.\n  Dockerfile:3 | RUN make',
          hint: 'Run `make` here.',
        },
      },
    ],
    [3, { type: 'run.finished', outcome: 'failed', exitCode: 1, durationMs: 910 }],
  ]);

  expect(text).toMatchInlineSnapshot(`
    "  build app starts: first build
    ✗ build app  900ms  failed
      RUN make ended with exit code 2.
        Dockerfile:3 | RUN make
      │ make: *** [all] Error 2
      fix  Run \`make\` here.

      builds   1 failed
      report   report.html

    Failed after 910ms: build app.
    "
  `);
});

test('a silent step gives a sign of life every ten seconds, and none when it is over', async () => {
  const clock = createFakeClock();
  const out = captureOutput();
  const report = await plain.open({ out, env, clock, files: [] });
  const [started, plan] = toEvents(passedRun);
  const begin = toEvents([[0, { type: 'step.started', step: 'build:jre', why: 'first' }]]);
  for (const event of [started, plan, ...begin]) if (event !== undefined) report.onEvent(event);

  await clock.advance(25_000);
  report.onEvent({
    v: 1,
    seq: 9,
    at: clock.now().toISOString(),
    type: 'step.finished',
    step: 'build:jre',
    outcome: 'passed',
    durationMs: 25_000,
  });
  await clock.advance(60_000);

  const signs = out.text().match(/build jre: running for .*/gu);
  expect(signs).toEqual([
    'build jre: running for 10.0s: first',
    'build jre: running for 20.0s: first',
  ]);
  expect(clock.sleeperCount).toBe(0);
});

test('no cursor is moved and no colour set where there is no terminal', async () => {
  expect(await textOf(failedRun)).not.toContain('\u001b');
});
