import { runSchema, type ImageProfile } from '../config/schema.ts';
import { recallImages } from '../suites/spec/last-images.ts';
import type { AppHost } from './app-host.ts';
import { openProject } from './open-project.ts';

/** What a command is to look at: an image of the project around that was built, or any reference. */
export interface Target {
  readonly name: string;
  readonly ref: string;
  readonly profile: ImageProfile;
  readonly projectFolder: string;
  readonly isOfProject: boolean;
}

export async function findTarget(host: AppHost, image: string): Promise<Target> {
  const recalled = await recallImages(host.cwd);
  const built = recalled?.images.find(({ name }) => name === image);
  if (built === undefined || recalled === undefined)
    return {
      name: image,
      ref: image,
      profile: { run: runSchema.parse({}) },
      projectFolder: host.cwd,
      isOfProject: false,
    };
  const { project } = await openProject(host);
  const { profile } = project.images.find(({ name }) => name === image) ?? {};
  return {
    name: image,
    ref: built.id,
    profile: profile ?? { run: runSchema.parse({}) },
    projectFolder: project.folder,
    isOfProject: profile !== undefined,
  };
}
