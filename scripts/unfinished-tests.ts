import { writeSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * A Vitest reporter that speaks only when a gate met its limit: it names the files and tests that had begun
 * and not ended. Without it, a worker that hangs is one that nobody hears of.
 */
export default class UnfinishedTests implements Reporter {
  readonly #files = new Set<TestModule>();
  readonly #tests = new Set<TestCase>();

  onInit(): void {
    process.once('SIGTERM', () => {
      // Synchronous: Vitest ends the process on the same signal.
      writeSync(1, `\n${this.#render()}\n`);
    });
  }

  onTestModuleStart(file: TestModule): void {
    this.#files.add(file);
  }

  onTestModuleEnd(file: TestModule): void {
    this.#files.delete(file);
  }

  onTestCaseReady(test: TestCase): void {
    this.#tests.add(test);
  }

  onTestCaseResult(test: TestCase): void {
    this.#tests.delete(test);
  }

  #render(): string {
    return [
      'Not ended:',
      ...[...this.#files].map((file) => `  ${file.relativeModuleId}`),
      ...[...this.#tests].map((test) => `  ${test.module.relativeModuleId} > ${test.fullName}`),
    ].join('\n');
  }
}
