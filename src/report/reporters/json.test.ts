import { describe, expect, test } from 'vitest';
import {
  checkReportSchema,
  errorReportSchema,
  reportJsonSchema,
  runReportSchema,
} from '../report-document.ts';
import { outputOf } from '../testing/report-of.ts';
import { failedRun, passedRun, type TimedEvent } from '../testing/sample-run.ts';
import { json } from './json.ts';

async function reportOf(timed: readonly TimedEvent[]): Promise<unknown> {
  return JSON.parse(await outputOf(json, timed));
}

function checkOf(more: readonly TimedEvent[]): readonly TimedEvent[] {
  return [
    [
      0,
      {
        type: 'run.started',
        runId: '20261124-101530-4f2a',
        command: 'check',
        version: '0.1.0',
        project: 'redis:7',
        pid: 1,
        provider: 'local',
      },
    ],
    ...more,
  ];
}

const checkPlan: TimedEvent = [
  1,
  {
    type: 'plan.made',
    steps: [
      {
        id: 'test:redis:7:behaviour',
        kind: 'test',
        image: 'redis:7',
        platform: 'linux/amd64',
        suite: 'behaviour',
        needs: [],
      },
    ],
  },
];

describe('the report of a run', () => {
  test.each([passedRun, failedRun])('follows its schema', async (...timed) => {
    const document = await reportOf(timed);

    expect(runReportSchema.strict().parse(document)).toEqual(document);
  });

  test('has per image the id, digest, platform, class, cases and a count per verdict', async () => {
    const { images } = runReportSchema.parse(await reportOf(passedRun));

    expect(images.map(({ ref }) => ref)).toEqual(['seatrial/jre:11aa', 'seatrial/dynamodb:4f2a']);
    expect(images[1]).toMatchObject({
      id: `sha256:${'4f2a'.repeat(16)}`,
      digest: `sha256:${'9b1c'.repeat(16)}`,
      platform: 'linux/amd64',
      class: 'service',
      summary: { pass: 3, warn: 1, fail: 0, skip: 1, lost: 0 },
    });
  });

  test('says that a run died when it has no end', async () => {
    const { run, steps } = runReportSchema.parse(await reportOf(passedRun.slice(0, 4)));

    expect(run).toMatchObject({ outcome: 'died', durationMs: null });
    expect(steps.map(({ outcome }) => outcome)).toContain('unfinished');
  });
});

describe('the report of a check', () => {
  test('is one object about the image, under the reference that was given', async () => {
    const document = await reportOf(
      checkOf([
        checkPlan,
        [
          2,
          {
            type: 'case.finished',
            step: 'test:redis:7:behaviour',
            case: {
              suite: 'behaviour',
              id: 'volumes-persist',
              verdict: 'skip',
              severity: 'error',
              durationMs: 0,
              message: 'Not applicable.',
              reason: 'no volume',
            },
          },
        ],
        [
          3,
          {
            type: 'step.finished',
            step: 'test:redis:7:behaviour',
            outcome: 'passed',
            durationMs: 5,
            imageId: 'sha256:1',
            imageRef: 'sha256:1',
            imageClass: 'service',
          },
        ],
        [4, { type: 'run.finished', outcome: 'passed', exitCode: 0, durationMs: 9 }],
      ]),
    );

    expect(checkReportSchema.strict().parse(document)).toEqual({
      schema: 'seatrial.report/1',
      image: { ref: 'redis:7', id: 'sha256:1', digest: null, platform: 'linux/amd64' },
      class: 'service',
      cases: [
        {
          suite: 'behaviour',
          id: 'volumes-persist',
          verdict: 'skip',
          severity: 'error',
          durationMs: 0,
          message: 'Not applicable.',
          evidence: null,
          fix: null,
          reason: 'no volume',
          command: null,
        },
      ],
      summary: { pass: 0, warn: 0, fail: 0, skip: 1, lost: 0 },
    });
  });

  test('is an object with the error when there was no image to look at', async () => {
    const error = { code: 'ENGINE_UNREACHABLE', message: 'No engine.', hint: 'Start it.' };

    const document = await reportOf(
      checkOf([[1, { type: 'run.finished', outcome: 'lost', exitCode: 3, durationMs: 9, error }]]),
    );

    expect(errorReportSchema.strict().parse(document)).toMatchObject({ error });
  });

  test('carries the error of a check that broke half-way', async () => {
    const error = { code: 'ENGINE_LOST', message: 'It went away.', hint: 'Look.' };

    const document = await reportOf(
      checkOf([
        checkPlan,
        [
          2,
          {
            type: 'step.finished',
            step: 'test:redis:7:behaviour',
            outcome: 'lost',
            durationMs: 5,
            error,
          },
        ],
      ]),
    );

    expect(checkReportSchema.strict().parse(document)).toMatchObject({ error, cases: [] });
  });
});

test('the JSON Schema names the version and describes its fields', () => {
  const schema = JSON.stringify(reportJsonSchema());

  expect(schema).toContain('"const":"seatrial.report/1"');
  expect(schema).toContain('Manifest digest in a registry');
});
