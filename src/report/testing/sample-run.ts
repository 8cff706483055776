import type { RunEvent, RunEventBody } from '../../kernel/run-events.ts';
import type { Case } from '../../kernel/verdict.ts';

const IMAGE_ID = `sha256:${'4f2a'.repeat(16)}`;
const DIGEST = `sha256:${'9b1c'.repeat(16)}`;
const STARTED_AT_MS = Date.parse('2026-11-24T10:15:30.000Z');
const PLATFORM = 'linux/amd64';

/** Output as a hostile image may print it: escape sequences, markup, commands of CI services. */
export const HOSTILE =
  '\u001b[2J\u001b]0;owned\u0007</pre><script>alert(1)</script>]]>\n::error::spoofed\n##vso[task.setvariable]x\n&<>"\'`\u202e\u0000';

/** An event and how long after the start it comes. */
export type TimedEvent = readonly [afterMs: number, body: RunEventBody];

export function toEvents(timed: readonly TimedEvent[]): readonly RunEvent[] {
  return timed.map(([afterMs, body], index) => ({
    v: 1,
    seq: index + 1,
    at: new Date(STARTED_AT_MS + afterMs).toISOString(),
    ...body,
  }));
}

export function behaviourCase(id: string, more: Partial<Case> = {}): Case {
  return {
    suite: 'behaviour',
    id,
    verdict: 'pass',
    severity: 'error',
    durationMs: 400,
    message: `The image ${id}.`,
    ...more,
  };
}

const failedStop = behaviourCase('stops', {
  verdict: 'fail',
  durationMs: 10_120,
  message: 'The container was still running 10 s after SIGTERM and had to be killed.',
  evidence: `PID 1: /bin/sh -c java -jar DynamoDBLocal.jar\n${HOSTILE}`,
  fix: 'Start the program with `exec`, so that it is process 1 and gets the signal.',
  command: 'docker run -d --name t dynamodb && docker stop -t 10 t && docker inspect t',
});

const warnedIdentity = behaviourCase('identity', {
  verdict: 'warn',
  severity: 'warn',
  message: 'The image runs as root.',
  fix: 'Add `USER` with a numeric id to the Dockerfile.',
});

const started: TimedEvent = [
  0,
  {
    type: 'run.started',
    runId: '20261124-101530-4f2a',
    command: 'ci',
    version: '0.1.0',
    project: 'dynamodb',
    pid: 4711,
    engine: 'Docker 20.10.24 at unix:///var/run/docker.sock',
    provider: 'local',
    commit: '1f0c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192',
  },
];

const plan: TimedEvent = [
  5,
  {
    type: 'plan.made',
    steps: [
      { id: 'build:jre', kind: 'build', image: 'jre', platform: PLATFORM, needs: [] },
      {
        id: 'build:dynamodb',
        kind: 'build',
        image: 'dynamodb',
        platform: PLATFORM,
        needs: ['build:jre'],
      },
      {
        id: 'test:dynamodb:behaviour',
        kind: 'test',
        image: 'dynamodb',
        platform: PLATFORM,
        suite: 'behaviour',
        needs: ['build:dynamodb'],
      },
      {
        id: 'test:dynamodb:script',
        kind: 'test',
        image: 'dynamodb',
        platform: PLATFORM,
        suite: 'script',
        needs: ['build:dynamodb'],
      },
      {
        id: 'ship:dynamodb',
        kind: 'ship',
        image: 'dynamodb',
        platform: PLATFORM,
        needs: ['test:dynamodb:behaviour', 'test:dynamodb:script'],
      },
    ],
  },
];

const builds: readonly TimedEvent[] = [
  [
    10,
    {
      type: 'step.finished',
      step: 'build:jre',
      outcome: 'cached',
      durationMs: 4,
      reason: 'passed in run 20261123-090000-11aa, nothing changed since',
      imageId: `sha256:${'11aa'.repeat(16)}`,
      imageRef: 'seatrial/jre:11aa',
    },
  ],
  [
    12,
    {
      type: 'step.started',
      step: 'build:dynamodb',
      key: DIGEST,
      inputs: { dockerfile: 'sha256:1' },
      why: 'Dockerfile changed since the last run',
    },
  ],
  [20, { type: 'build.vertex', step: 'build:dynamodb', name: '[1/3] FROM jre', state: 'cached' }],
  [
    30,
    {
      type: 'build.vertex',
      step: 'build:dynamodb',
      name: '[2/3] RUN apt-get install -y --no-install-recommends sqlite3',
      state: 'started',
    },
  ],
  [
    900,
    {
      type: 'step.output',
      step: 'build:dynamodb',
      source: '[2/3]',
      text: 'Setting up sqlite3 (3.40.1-2) ...\nProcessing tri',
    },
  ],
  [1000, { type: 'step.output', step: 'build:dynamodb', source: '[2/3]', text: 'ggers\n' }],
  [
    2200,
    {
      type: 'build.vertex',
      step: 'build:dynamodb',
      name: '[2/3] RUN apt-get install -y --no-install-recommends sqlite3',
      state: 'done',
      durationMs: 2170,
    },
  ],
  [
    2300,
    {
      type: 'step.finished',
      step: 'build:dynamodb',
      outcome: 'passed',
      durationMs: 2288,
      imageId: IMAGE_ID,
      imageRef: 'seatrial/dynamodb:4f2a',
    },
  ],
];

const testsBegin: readonly TimedEvent[] = [
  [2310, { type: 'step.started', step: 'test:dynamodb:behaviour', why: 'the image changed' }],
  [2311, { type: 'step.started', step: 'test:dynamodb:script', why: 'the image changed' }],
  [2320, { type: 'case.started', step: 'test:dynamodb:behaviour', id: 'starts' }],
  [2321, { type: 'case.started', step: 'test:dynamodb:behaviour', id: 'stops' }],
  [2330, { type: 'case.started', step: 'test:dynamodb:script', id: 'test/tables.test.sh' }],
  [2720, { type: 'case.finished', step: 'test:dynamodb:behaviour', case: behaviourCase('starts') }],
];

function scriptStep(): readonly TimedEvent[] {
  const script: Case = {
    suite: 'script',
    id: 'test/tables.test.sh',
    verdict: 'pass',
    severity: 'error',
    durationMs: 3100,
    message: 'It ended with exit code 0.',
  };
  return [
    [5440, { type: 'case.finished', step: 'test:dynamodb:script', case: script }],
    [
      5450,
      {
        type: 'step.finished',
        step: 'test:dynamodb:script',
        outcome: 'passed',
        durationMs: 3139,
        imageId: IMAGE_ID,
        imageRef: 'seatrial/dynamodb:4f2a',
      },
    ],
  ];
}

const otherCases: readonly TimedEvent[] = [
  [2800, { type: 'case.finished', step: 'test:dynamodb:behaviour', case: warnedIdentity }],
  [
    2801,
    {
      type: 'case.finished',
      step: 'test:dynamodb:behaviour',
      case: behaviourCase('volumes-persist', {
        verdict: 'skip',
        durationMs: 0,
        message: 'Not applicable.',
        reason: 'the image declares no volume',
      }),
    },
  ],
];

const behaviourPart = {
  step: 'test:dynamodb:behaviour',
  imageId: IMAGE_ID,
  imageRef: 'seatrial/dynamodb:4f2a',
  imageClass: 'service',
} as const;

/** A run in which everything that can be good is good: cached, passed, warned, skipped, shipped. */
export const passedRun: readonly TimedEvent[] = [
  started,
  plan,
  ...builds,
  ...testsBegin,
  ...otherCases,
  [3900, { type: 'case.finished', step: 'test:dynamodb:behaviour', case: behaviourCase('stops') }],
  [3910, { type: 'step.finished', ...behaviourPart, outcome: 'passed', durationMs: 1600 }],
  ...scriptStep(),
  [5460, { type: 'step.started', step: 'ship:dynamodb', why: 'the digest changed' }],
  [
    5500,
    {
      type: 'effect.intent',
      step: 'ship:dynamodb',
      effect: 'move tag 1.2',
      details: { digest: DIGEST },
    },
  ],
  [
    5600,
    {
      type: 'effect.done',
      step: 'ship:dynamodb',
      effect: 'move tag 1.2',
      details: { digest: DIGEST },
    },
  ],
  [
    5610,
    {
      type: 'step.finished',
      step: 'ship:dynamodb',
      outcome: 'passed',
      durationMs: 150,
      digest: DIGEST,
      refs: ['localhost:5000/dynamodb:1.2', 'localhost:5000/dynamodb:latest'],
      moved: ['localhost:5000/dynamodb:1.2'],
    },
  ],
  [5620, { type: 'run.finished', outcome: 'passed', exitCode: 0, durationMs: 5620 }],
];

/** A run whose image ignores its stop signal and prints hostile output. Nothing ships. */
export const failedRun: readonly TimedEvent[] = [
  started,
  plan,
  ...builds,
  ...testsBegin,
  ...otherCases,
  ...scriptStep(),
  [12_440, { type: 'case.finished', step: 'test:dynamodb:behaviour', case: failedStop }],
  [
    12_450,
    {
      type: 'step.finished',
      ...behaviourPart,
      outcome: 'failed',
      durationMs: 10_140,
      reason: '1 of 4 cases failed',
    },
  ],
  [
    12_460,
    {
      type: 'step.finished',
      step: 'ship:dynamodb',
      outcome: 'skipped',
      durationMs: 0,
      reason: 'test:dynamodb:behaviour failed',
    },
  ],
  [12_470, { type: 'run.finished', outcome: 'failed', exitCode: 1, durationMs: 12_470 }],
];
