import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/longest-first.ts';

/** `seatrial/test` is its source here; the others are Vite's own, which a list of ours replaces. */
const conditions = ['seatrial-source', 'module', 'node', 'development|production'];

/** `unit` needs nothing but Node; `engine` needs a container engine and fails without one. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['**/*.engine.test.ts', '**/*.e2e.test.ts', '**/planted/**'],
          testTimeout: 120_000,
          // Half of the time of these tests is waiting, and loading each file afresh would cost as much as they do.
          isolate: false,
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: 'engine',
          include: ['src/**/*.engine.test.ts', 'test/**/*.engine.test.ts'],
          testTimeout: 120_000,
          // They wait for the engine more than they work.
          maxWorkers: 2,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e.test.ts'],
          globalSetup: './test/e2e/global-setup.ts',
          testTimeout: 600_000,
          hookTimeout: 600_000,
          // Each project has its own folder, labels and registry, and a run waits for the engine a third of its time.
          maxWorkers: 2,
        },
      },
    ],
  },
});
