import { readCiEnvironment } from '../ci/read-ci-environment.ts';
import { readGit } from '../host/git.ts';
import type { CiEnvironment } from '../kernel/ci-environment.ts';
import { findProjectFolder } from '../pipeline/project-folder.ts';
import { loadProject } from '../pipeline/project-load.ts';
import type { Project } from '../pipeline/project.ts';
import { checkIds } from '../suites/behaviour/checks/index.ts';
import type { AppHost } from './app-host.ts';

export interface OpenProjectOptions {
  /** Chosen by hand, relative to the project's folder. */
  readonly configFile?: string | undefined;
  /** Wins over environment and configuration. */
  readonly registry?: string | undefined;
}

export interface OpenProject {
  readonly project: Project;
  readonly ci: CiEnvironment;
}

/** Reads configuration, checkout and CI environment of the project that holds the current folder. */
export async function openProject(
  host: AppHost,
  options: OpenProjectOptions = {},
): Promise<OpenProject> {
  const folder = await findProjectFolder(host.cwd);
  const git = await readGit(folder, host.env);
  const project = await loadProject({ folder, env: host.env, git, checkIds, ...options });
  return { project, ci: readCiEnvironment(host.env, git) };
}
