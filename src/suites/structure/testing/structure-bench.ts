import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createImageArchive, type LayerEntry } from '../../../engine/image-archive.ts';
import type { Case } from '../../../kernel/verdict.ts';
import type { CommandPlan } from '../plan-command.ts';
import type { CommandEnd } from '../command-end.ts';
import { environmentOf } from '../judge-metadata.ts';
import { judgeStructure } from '../judge-structure.ts';
import { loadStructureFiles, refuseUnsetVariables } from '../load-structure-files.ts';
import { openArchiveWorld } from './archive-world.ts';

export interface StructureBenchOptions {
  /** Name to contents; names that end in .yaml, .yml or .json are files of the suite. */
  readonly files: Readonly<Record<string, string>>;
  readonly layers?: readonly (readonly LayerEntry[])[] | undefined;
  /** `config` of the image. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  /** What becomes of a command. @default it ends well and prints nothing */
  readonly run?: ((plan: CommandPlan) => CommandEnd) | undefined;
  readonly isCompat?: boolean | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

const silence: CommandEnd = {
  setup: [],
  command: { state: 'ended', exitCode: 0, stdout: '', stderr: '' },
};

/** Judges files of container-structure-test against an image in memory. Nothing runs but what `run` says. */
export async function judgeInMemory(options: StructureBenchOptions): Promise<readonly Case[]> {
  const projectFolder = await mkdtemp(join(tmpdir(), 'structure-'));
  const isCompat = options.isCompat ?? false;
  try {
    for (const [name, contents] of Object.entries(options.files)) {
      await mkdir(dirname(join(projectFolder, name)), { recursive: true });
      await writeFile(join(projectFolder, name), contents);
    }
    const archive = await createImageArchive({
      layers: options.layers ?? [],
      config: options.config ?? {},
      architecture: 'amd64',
    });
    const run = options.run ?? (() => silence);
    const world = await openArchiveWorld(archive, { run: async (plan) => run(plan) });
    const files = Object.keys(options.files).filter((name) => /\.(?:ya?ml|json)$/u.test(name));
    const settings = { files, compat: isCompat, timeout: 1000, env: [] };
    const loads = await loadStructureFiles(settings, { projectFolder, env: options.env ?? {} });
    if (!isCompat) {
      const loaded = loads.flatMap((load) => (load.ok ? [load] : []));
      refuseUnsetVariables(loaded, environmentOf(world.config));
    }
    return await judgeStructure(loads, {
      world,
      isCompat,
      signal: new AbortController().signal,
      concurrency: 2,
      report: {
        caseStarted: () => undefined,
        caseFinished: () => undefined,
        output: () => undefined,
      },
    });
  } finally {
    await rm(projectFolder, { recursive: true, force: true });
  }
}

/** `pass`, or `fail: <message>`, by id. */
export async function verdictsInMemory(
  options: StructureBenchOptions,
): Promise<Readonly<Record<string, string>>> {
  const cases = await judgeInMemory(options);
  return Object.fromEntries(
    cases.map(({ id, verdict, message, reason }) => [
      id,
      verdict === 'pass' ? 'pass' : `${verdict}: ${reason ?? message}`,
    ]),
  );
}
