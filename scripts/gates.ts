/** One thing that can say no to a change. */
export interface Gate {
  readonly name: string;
  /** What a pass means, for the line that is printed. */
  readonly proves: string;
  readonly argv: readonly string[];
  /** Names of gates whose work it goes on with. */
  readonly after: readonly string[];
  /** Whether it needs a container engine. */
  readonly needsEngine: boolean;
  /** A gate that takes longer is ended and has failed. */
  readonly timeoutMs: number;
}

const MINUTE_MS = 60_000;

function quick(name: string, proves: string, command: string): Gate {
  return {
    name,
    proves,
    argv: command.split(' '),
    after: [],
    needsEngine: false,
    timeoutMs: 10 * MINUTE_MS,
  };
}

/** Looks at the package that `build` makes. */
function packed(name: string, proves: string, command: string): Gate {
  return { ...quick(name, proves, command), after: ['build'] };
}

function vitest(project: string): string {
  // The count of .ci/run is read from these files: see test-count.ts.
  return `vitest run --project ${project} --reporter=default --reporter=./scripts/unfinished-tests.ts --reporter=json --outputFile.json=.cache/vitest/${project}.json`;
}

/** In the order in which they begin. Each program comes from node_modules/.bin. */
export const gates: readonly Gate[] = [
  quick('format', 'every file is as oxfmt writes it', 'oxfmt --check'),
  quick('unit', 'tests without an engine, architecture and docs', vitest('unit')),
  quick('lint', 'no rule of .oxlintrc.json is broken', 'oxlint --type-aware --deny-warnings'),
  quick('types', 'the types hold', 'tsc --noEmit'),
  quick('unused', 'no dead file, export or dependency', 'knip --no-progress'),
  quick('build', 'the package compiles', 'node scripts/build.ts'),
  packed('publint', 'the package is put together right', 'publint run --strict .'),
  packed('attw', 'importers get the right types', 'attw --pack . --profile esm-only --no-color'),
  packed('budget', 'the package stays small', 'node scripts/package-budget.ts'),
  {
    name: 'engine',
    proves: 'tests on a real container engine',
    argv: vitest('engine').split(' '),
    after: [],
    needsEngine: true,
    timeoutMs: 15 * MINUTE_MS,
  },
  {
    name: 'e2e',
    proves: 'the command line from outside, the README, the package',
    argv: vitest('e2e').split(' '),
    after: ['engine'],
    needsEngine: true,
    timeoutMs: 20 * MINUTE_MS,
  },
];
