import { expect, test } from 'vitest';
import type { RunEvent } from '../../kernel/run-events.ts';
import { captureOutput, type CapturedOutput } from '../testing/captured-output.ts';
import { createFakeClock, type FakeClock } from '../testing/fake-clock.ts';
import { failedRun, passedRun, toEvents } from '../testing/sample-run.ts';
import { screenAfter } from '../testing/screen.ts';
import type { OpenReport } from '../reporter.ts';
import { live } from './live.ts';

const env = { LANG: 'C.UTF-8', NO_COLOR: '1' };

interface Session {
  readonly out: CapturedOutput;
  readonly clock: FakeClock;
  readonly report: OpenReport;
}

async function openSession(size: { columns: number; rows: number }): Promise<Session> {
  const out = captureOutput({ ...size, isTTY: true });
  const clock = createFakeClock();
  const report = await live.open({ out, env, clock, files: ['report.html'] });
  return { out, clock, report };
}

/** Plays the events at their own times. */
async function play({ clock, report }: Session, events: readonly RunEvent[]): Promise<void> {
  for (const event of events) {
    await clock.advance(Date.parse(event.at) - clock.now().getTime());
    report.onEvent(event);
  }
}

function until(events: readonly RunEvent[], time: string): readonly RunEvent[] {
  return events.filter(({ at }) => at <= `2026-11-24T10:15:${time}Z`);
}

test('while steps run, they and their running cases are at the bottom, what is done above', async () => {
  const session = await openSession({ columns: 80, rows: 24 });

  await play(session, until(toEvents(failedRun), '33.000'));

  expect(screenAfter(session.out.text()).join('\n')).toMatchInlineSnapshot(`
    "seatrial ci of dynamodb, run 20261124-101530-4f2a
    ≡ build  jre                          cached: passed in run 20261123-090000-11…
    ✓ build  dynamodb               2.3s  image 4f2a4f2a4f2a, 1 of 2 steps cached
    ! test dynamodb behaviour → identity  400ms
      The image runs as root.
      fix  Add \`USER\` with a numeric id to the Dockerfile.
    ⠦ test   dynamodb behaviour    491ms  1 passed, 1 warned, 1 skipped
        ⠦ stops  480ms
    ⠦ test   dynamodb script       490ms  the image changed
        ⠦ test/tables.test.sh  471ms
    2 of 5 steps done, 2 running, 1 waiting  2.8s"
  `);
  await session.report.close();
});

test('in the end nothing is left of what was redrawn', async () => {
  const session = await openSession({ columns: 100, rows: 24 });

  await play(session, toEvents(passedRun));
  await session.report.close();

  expect(screenAfter(session.out.text()).join('\n')).toMatchInlineSnapshot(`
    "seatrial ci of dynamodb, run 20261124-101530-4f2a
    ≡ build  jre                          cached: passed in run 20261123-090000-11aa, nothing changed…
    ✓ build  dynamodb               2.3s  image 4f2a4f2a4f2a, 1 of 2 steps cached
    ! test dynamodb behaviour → identity  400ms
      The image runs as root.
      fix  Add \`USER\` with a numeric id to the Dockerfile.
    ✓ test   dynamodb behaviour     1.6s  2 passed, 1 warned, 1 skipped
    ✓ test   dynamodb script        3.1s  1 passed
    ✓ ship   dynamodb              150ms  localhost:5000/dynamodb:1.2 and 1 more now at 9b1c9b1c9b1c

      builds   1 passed, 1 cached
      tests    2 suites: 2 passed
      cases    3 passed, 1 warned, 1 skipped
      ships    1 passed
      skipped  volumes-persist of dynamodb: the image declares no volume
      shipped  localhost:5000/dynamodb:1.2     moved
               localhost:5000/dynamodb:latest  already there
               localhost:5000/dynamodb@sha256:9b1c9b1c9b1c9b1c9b1c9b1c9b1c9b1c9b1c9b1c9b1c9b1c9b1c9b1c9b
    1c9b1c
      report   report.html

    Passed in 5.6s: 2 images built (1 from an earlier run), 2 suites passed, 1 image shipped."
  `);
});

test.each([40, 60, 80, 120])('no redrawn line is wider than %i columns', async (columns) => {
  const session = await openSession({ columns, rows: 24 });

  await play(session, until(toEvents(failedRun), '33.000'));

  const frame = screenAfter(session.out.text()).slice(-5);
  expect(Math.max(...frame.map((line) => line.length))).toBeLessThan(columns);
  expect(frame.at(-1)).toMatch(/^2 of 5 steps/u);
  await session.report.close();
});

test('more steps than the terminal has rows are counted', async () => {
  const session = await openSession({ columns: 80, rows: 8 });
  const started = Array.from({ length: 20 }, (_, index) => ({
    v: 1 as const,
    seq: index,
    at: '2026-11-24T10:15:30.000Z',
    type: 'step.started' as const,
    step: `build:image-${index}`,
    why: 'first',
  }));

  await play(session, started);

  const screen = screenAfter(session.out.text());
  expect(screen.length).toBeLessThan(8);
  expect(screen.slice(-2)).toEqual([
    '  … 16 more running',
    '0 of 20 steps done, 20 running, 0 waiting  0ms',
  ]);
  await session.report.close();
});

test('the screen is redrawn at most ten times a second, whatever floods in', async () => {
  const session = await openSession({ columns: 80, rows: 24 });
  await play(session, until(toEvents(passedRun), '30.030'));
  const before = session.out.text().length;
  const flood = (seq: number): RunEvent => ({
    v: 1,
    seq,
    at: session.clock.now().toISOString(),
    type: 'step.output',
    step: 'build:dynamodb',
    source: 'RUN',
    text: `line ${seq}\n`,
  });

  for (let tick = 0; tick < 10; tick += 1) {
    for (let number = 0; number < 100; number += 1) session.report.onEvent(flood(number));
    await session.clock.advance(100);
  }

  const draws = session.out.text().slice(before).split('\u001b[?2026h').slice(1);
  expect(draws.length).toBeGreaterThan(0);
  expect(draws.length).toBeLessThanOrEqual(10);
  await session.report.close();
});

test('nothing ticks while nothing runs, nor after the end', async () => {
  const session = await openSession({ columns: 80, rows: 24 });

  await play(session, toEvents(failedRun));
  const sleepersAtEnd = session.clock.sleeperCount;
  await session.report.close();

  expect(sleepersAtEnd).toBe(0);
  expect(session.out.listenerCount('resize')).toBe(0);
});

test('a resize redraws at the new width', async () => {
  const session = await openSession({ columns: 120, rows: 24 });
  await play(session, until(toEvents(failedRun), '33.000'));

  Object.assign(session.out, { columns: 50 });
  session.out.emit('resize');

  const screen = screenAfter(session.out.text());
  expect(Math.max(...screen.slice(-5).map((line) => line.length))).toBeLessThan(50);
  await session.report.close();
});

test('the cursor is never hidden, so a killed process leaves none hidden behind', async () => {
  const session = await openSession({ columns: 80, rows: 24 });

  await play(session, toEvents(failedRun));
  await session.report.close();

  expect(session.out.text()).not.toContain('\u001b[?25l');
});
