import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Gate } from '../scripts/gates.ts';
import { runGates } from '../scripts/run-gates.ts';

/**
 * A gate that never said no proves nothing. Here the real configurations of the gates are run over planted
 * violations.
 */
const root = join(import.meta.dirname, '..');
const planted = join(import.meta.dirname, 'architecture', 'planted');

describe('the lint gate', () => {
  it('catches a planted violation of every rule that is turned on by name', async () => {
    await using project = await plantProject('lint');
    const { ignorePatterns: _, ...config } = lintConfig.parse(await readJson('.oxlintrc.json'));
    await writeFile(join(project.folder, '.oxlintrc.json'), JSON.stringify(config));

    const { stdout } = await runTool(project.folder, ['oxlint', '--type-aware', '-f', 'json']);

    const { diagnostics } = lintReport.parse(JSON.parse(stdout));
    expect(rulesOf(diagnostics)).toEqual(expect.arrayContaining([...namesOf(config.rules)]));
  });

  it('catches a cycle that only types make', async () => {
    await using project = await plantProject('lint');
    await cp(join(root, '.oxlintrc.json'), join(project.folder, '.oxlintrc.json'));

    const { stdout } = await runTool(project.folder, ['oxlint', '-f', 'json']);

    const { diagnostics } = lintReport.parse(JSON.parse(stdout));
    const cycles = diagnostics.filter(({ code }) => code === 'import(no-cycle)');
    expect(cycles.map(({ filename }) => filename).toSorted()).toEqual([
      'src/kernel/cycle-a.ts',
      'src/kernel/cycle-b.ts',
    ]);
  });
});

describe('the gate against dead code', () => {
  it('catches a planted unused file, export and dependency', async () => {
    await using project = await plantProject('unused');
    await cp(join(root, 'knip.json'), join(project.folder, 'knip.json'));

    const { stdout, exitCode } = await runTool(project.folder, ['knip', '--no-progress']);

    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/Unused files[^]*src\/kernel\/orphan\.ts/u);
    expect(stdout).toMatch(/Unused exports[^]*nobodyWantsThis/u);
    expect(stdout).toMatch(/Unused dependencies[^]*zod/u);
  });
});

describe('all gates together', () => {
  it('end after the first that says no, and begin nothing after it', async () => {
    const begun: string[] = [];

    const isPassed = await runGates(['a', 'b', 'c'].map(onEngine), {
      perform: ({ name }) => Promise.resolve({ isPassed: name !== 'b', output: '', durationMs: 1 }),
      onStart: ({ name }) => begun.push(name),
      onEnd: () => undefined,
    });

    expect(isPassed).toBe(false);
    expect(begun).toEqual(['a', 'b']);
  });

  it('pass when each of them does', async () => {
    const ended: string[] = [];

    const isPassed = await runGates(['a', 'b'].map(onEngine), {
      perform: () => Promise.resolve({ isPassed: true, output: '', durationMs: 1 }),
      onStart: () => undefined,
      onEnd: ({ name }) => ended.push(name),
    });

    expect(isPassed).toBe(true);
    expect(ended).toEqual(['a', 'b']);
  });
});

/** Those follow each other. */
function onEngine(name: string): Gate {
  return { name, proves: name, argv: [], after: [], needsEngine: true, timeoutMs: 1 };
}

const lintReport = z.object({
  diagnostics: z.array(z.object({ filename: z.string(), code: z.string() })),
});

const lintConfig = z.looseObject({ rules: z.record(z.string(), z.unknown()) });

/** `import/no-cycle` in the configuration is `import(no-cycle)` in a report; `eslint` goes without saying. */
function namesOf(rules: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(rules)
    .filter(([, setting]) => setting !== 'off')
    .map(([name]) => name);
}

function rulesOf(diagnostics: readonly { readonly code: string }[]): readonly string[] {
  return diagnostics.map(({ code }) =>
    code.replace(/^(\w+)\((.+)\)$/u, '$1/$2').replace(/^eslint\//u, ''),
  );
}

async function readJson(name: string): Promise<unknown> {
  return JSON.parse(await readFile(join(root, name), 'utf8'));
}

interface PlantedProject extends AsyncDisposable {
  readonly folder: string;
}

/** A copy outside the checkout, where nothing is ignored, with the checkout's packages. */
async function plantProject(kind: string): Promise<PlantedProject> {
  const folder = await mkdtemp(join(tmpdir(), 'seatrial-planted-'));
  await cp(join(planted, kind), folder, { recursive: true });
  // Without .gitignore, type-aware lint reads all of node_modules and does not finish.
  for (const name of ['tsconfig.json', '.gitignore'])
    await cp(join(root, name), join(folder, name));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return {
    folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

interface ToolResult {
  readonly exitCode: number;
  readonly stdout: string;
}

function runTool(cwd: string, [tool = '', ...args]: readonly string[]): Promise<ToolResult> {
  return new Promise((resolve) => {
    const path = join(root, 'node_modules', '.bin', tool);
    const options = { cwd, timeout: 60_000, env: { ...process.env, NO_COLOR: '1' } };
    execFile(path, args, options, (error, stdout) => {
      resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, stdout });
    });
  });
}
