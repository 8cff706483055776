import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';
import type { SerializedError, TestError } from 'vitest';
import { z } from 'zod';
import type { SpecFailure, SpecMessage } from './spec-messages.ts';

export interface VitestReporterOptions {
  readonly send: (message: SpecMessage) => void;
}

/** Tells what happens as it happens. Runs inside the user's Vitest, beside the user's own reporters. */
export function createVitestReporter({ send }: VitestReporterOptions): Reporter {
  return {
    onTestCaseReady: (test) =>
      send({ type: 'test-started', file: test.module.moduleId, title: titleOf(test) }),
    onTestCaseResult: (test) => sendTest(test, send),
    onTestModuleEnd: (module) =>
      send({
        type: 'file',
        file: module.moduleId,
        tests: [...module.children.allTests()].length,
        durationMs: module.diagnostic().duration,
        failures: [...errorsAround(module)].map((error) => toFailure(error, module.moduleId)),
      }),
    onTestRunEnd: (_modules, unhandled) =>
      send({ type: 'end', unhandled: unhandled.map((error) => toFailure(error, '')) }),
  };
}

function sendTest(test: TestCase, send: VitestReporterOptions['send']): void {
  const result = test.result();
  if (result.state === 'pending') return;
  const file = test.module.moduleId;
  send({
    type: 'test',
    file,
    title: titleOf(test),
    state: result.state,
    durationMs: test.diagnostic()?.duration ?? 0,
    retries: test.diagnostic()?.retryCount ?? 0,
    ...(result.state === 'skipped' && result.note !== undefined ? { note: result.note } : {}),
    failures: result.state === 'failed' ? result.errors.map((each) => toFailure(each, file)) : [],
  });
}

/** Errors of the file and of the groups in it: those of hooks around all tests. */
function* errorsAround(module: TestModule): Generator<SerializedError> {
  yield* module.errors();
  for (const group of module.children.allSuites()) yield* group.errors();
}

function titleOf(test: TestCase | TestSuite): string {
  const { name } = test.project;
  return name === '' ? test.fullName : `${name}: ${test.fullName}`;
}

const stackSchema = z.array(z.object({ file: z.string(), line: z.number(), column: z.number() }));

function toFailure(error: TestError | SerializedError, file: string): SpecFailure {
  const stacks = stackSchema.safeParse(error.stacks).data ?? [];
  const own = stacks.filter((frame) => !frame.file.includes('/node_modules/'));
  const at = own.find((frame) => frame.file === file) ?? own[0];
  return {
    name: error.name ?? 'Error',
    message: error.message,
    ...(typeof error['hint'] === 'string' ? { hint: error['hint'] } : {}),
    ...(typeof error['diff'] === 'string' ? { diff: error['diff'] } : {}),
    ...(at === undefined ? {} : { at }),
  };
}
