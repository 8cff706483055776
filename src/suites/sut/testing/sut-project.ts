import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SuitePlace } from '../../contract.ts';
import { loadSut, type LoadedSut } from '../load-sut.ts';

export interface SutProject extends AsyncDisposable {
  readonly place: SuitePlace;
}

/** A project with these files; `docker-compose.test.yml` is `compose`. */
export async function projectWith(
  files: Readonly<Record<string, string>>,
  env: SuitePlace['env'] = {},
): Promise<SutProject> {
  const projectFolder = await mkdtemp(join(tmpdir(), 'sut-'));
  for (const [path, contents] of Object.entries(files)) {
    await mkdir(dirname(join(projectFolder, path)), { recursive: true });
    await writeFile(join(projectFolder, path), contents);
  }
  return {
    place: {
      projectFolder,
      env,
      source: {
        contextFolder: projectFolder,
        dockerfilePath: join(projectFolder, 'Dockerfile'),
        target: 'final',
        args: { LEVEL: '1' },
        isMeantBy: (reference) => /^team\/app(?::|$)/u.test(reference),
        branch: 'main',
        commit: 'c0ffee',
      },
    },
    [Symbol.asyncDispose]: () => rm(projectFolder, { recursive: true, force: true }),
  };
}

export const FILE = 'docker-compose.test.yml';

export async function load(
  compose: string,
  files: Readonly<Record<string, string>> = {},
  env: SuitePlace['env'] = {},
): Promise<LoadedSut> {
  await using project = await projectWith({ ...files, [FILE]: compose }, env);
  return await loadSut(FILE, project.place, 'localhost/seatrial/app:key');
}
