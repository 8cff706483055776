import { expect, test } from 'vitest';
import type { RunEvent, RunEventBody } from '../kernel/run-events.ts';
import type { FinishedRun } from './results.ts';
import { createRunRecorder, type RunRecorder } from './run-recorder.ts';

const started: RunEventBody = {
  type: 'run.started',
  runId: 'r1',
  command: 'ci',
  version: '0.1.0',
  project: 'app',
  pid: 1,
  provider: 'local',
};
const plan: RunEventBody = {
  type: 'plan.made',
  steps: [{ id: 'build:app', kind: 'build', image: 'app', platform: 'linux/amd64', needs: [] }],
};

function record(bodies: readonly RunEventBody[]): {
  readonly recorded: FinishedRun[];
  readonly recorder: RunRecorder;
} {
  const recorded: FinishedRun[] = [];
  const recorder = createRunRecorder({
    recordRun: async (finished) => {
      recorded.push(finished);
    },
  });
  bodies.forEach((body, index) => {
    const event: RunEvent = { v: 1, seq: index + 1, at: `t${index + 1}`, ...body };
    recorder.onEvent(event);
  });
  return { recorded, recorder };
}

test('a finished run is recorded with the times and inputs of its steps', async () => {
  const { recorded, recorder } = record([
    started,
    plan,
    { type: 'step.started', step: 'build:app', inputs: { dockerfile: 'sha256:1' }, why: 'first' },
    { type: 'step.finished', step: 'build:app', outcome: 'passed', durationMs: 70 },
    { type: 'run.finished', outcome: 'passed', exitCode: 0, durationMs: 80 },
  ]);

  await recorder.save();

  expect(recorded).toEqual([
    {
      run: { runId: 'r1', startedAt: 't1', command: 'ci', outcome: 'passed', durationMs: 80 },
      steps: [
        {
          runId: 'r1',
          step: 'build:app',
          kind: 'build',
          image: 'app',
          startedAt: 't3',
          durationMs: 70,
          outcome: 'passed',
          inputs: { dockerfile: 'sha256:1' },
        },
      ],
    },
  ]);
});

test('a run that did not finish is not recorded', async () => {
  const { recorded, recorder } = record([started, plan]);

  await recorder.save();

  expect(recorded).toEqual([]);
});
