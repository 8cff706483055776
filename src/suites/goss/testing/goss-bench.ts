import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gossSuiteSchema } from '../../../config/suite-schema.ts';
import { createImageArchive, withFolders, type LayerEntry } from '../../../engine/image-archive.ts';
import type { Case } from '../../../kernel/verdict.ts';
import { openArchiveWorld } from '../../structure/testing/archive-world.ts';
import { judgeGossfiles, planProperties } from '../judge-gossfiles.ts';
import { loadGossfiles } from '../load-gossfiles.ts';
import { openScene } from '../open-scene.ts';
import { KERNEL_FOLDERS } from '../plan-container.ts';
import type { Service, ServiceState } from '../world.ts';

export interface GossBenchOptions {
  /** Name to contents; the suite is `goss.yaml`. */
  readonly files: Readonly<Record<string, string>>;
  readonly image?: readonly LayerEntry[] | undefined;
  /** Variables of the container. */
  readonly containerEnv?: Readonly<Record<string, string>> | undefined;
  /** Variables of the machine. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  /** @default one in which nothing runs */
  readonly service?: Partial<Service> | ServiceState | undefined;
}

/** A container in which nothing runs and nothing listens. */
export const idle: Service = {
  sockets: async () => [],
  processes: async () => [],
  run: async () => ({ exitCode: 0, stdout: '', stderr: '' }),
  addressOf: async () => undefined,
  put: async () => undefined,
};

const nobody = { capabilities: [], privileged: false, bindMounts: [] };

/** Judges a file of goss against the files of an image in memory, and against what `service` says. */
export async function judgeInMemory(options: GossBenchOptions): Promise<readonly Case[]> {
  return await withProject(options.files, async (projectFolder) => {
    const settings = gossSuiteSchema.parse({ files: 'goss.yaml', ...options.settings });
    const { containerEnv = { PATH: '/bin' }, env = {} } = options;
    const files = await loadGossfiles(settings, { projectFolder, env, containerEnv });
    const archive = await createImageArchive({
      layers: [withFolders(options.image ?? [])],
      config: {},
      architecture: 'amd64',
    });
    const image = await openArchiveWorld(archive);
    const signal = new AbortController().signal;
    const world = {
      ref: 'app:test',
      env: containerEnv,
      unseen: KERNEL_FOLDERS,
      files: async () => await image.files(nobody),
      service: async () => toState(options.service ?? {}),
    };
    const resources = files.flatMap((file) => file.resources);
    const scene = await openScene(resources, { world, signal, manager: settings.package });
    return await judgeGossfiles(planProperties(files, world.ref), {
      scene,
      signal,
      concurrency: 2,
      timeoutMs: settings.timeout,
      told: async () => ({ dropped: 'No goss is asked here.' }),
      report: {
        caseStarted: () => undefined,
        caseFinished: () => undefined,
        output: () => undefined,
      },
    });
  });
}

/** `pass`, or `fail: <message>`, by id without the name of the file. */
export async function verdictsInMemory(
  options: GossBenchOptions,
): Promise<Readonly<Record<string, string>>> {
  const cases = await judgeInMemory(options);
  return Object.fromEntries(
    cases.map(({ id, verdict, message, reason }) => [
      id.replace('goss.yaml > ', ''),
      verdict === 'pass' ? 'pass' : `${verdict}: ${reason ?? message}`,
    ]),
  );
}

/** A project folder with these files, for as long as `use` takes. */
export async function withProject<Result>(
  files: Readonly<Record<string, string>>,
  use: (projectFolder: string) => Promise<Result>,
): Promise<Result> {
  const projectFolder = await mkdtemp(join(tmpdir(), 'goss-'));
  try {
    for (const [name, contents] of Object.entries(files)) {
      await mkdir(dirname(join(projectFolder, name)), { recursive: true });
      await writeFile(join(projectFolder, name), contents);
    }
    return await use(projectFolder);
  } finally {
    await rm(projectFolder, { recursive: true, force: true });
  }
}

function toState(service: Partial<Service> | ServiceState): ServiceState {
  return 'state' in service ? service : { state: 'up', service: { ...idle, ...service } };
}
