import { readCiEnvironment } from '../ci/read-ci-environment.ts';
import { readGit } from '../host/git.ts';
import type { CiEnvironment } from '../kernel/ci-environment.ts';
import { findProjectFolder, loadProject, type Project } from '../pipeline/project.ts';
import { checkIds } from '../suites/behaviour/checks/index.ts';
import type { AppHost } from './app-host.ts';

export interface OpenProject {
  readonly project: Project;
  readonly ci: CiEnvironment;
}

/** Reads configuration, checkout and CI environment of the project that holds the current folder. */
export async function openProject(host: AppHost, configFile?: string): Promise<OpenProject> {
  const folder = await findProjectFolder(host.cwd);
  const git = await readGit(folder, host.env);
  const ci = readCiEnvironment(host.env, git);
  const project = await loadProject({ folder, env: host.env, git, checkIds, configFile });
  return { project, ci };
}
