import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Problem } from '../config/diagnostics.ts';
import { didYouMean } from '../config/suggestion.ts';
import { systemCodeOf } from '../kernel/errors.ts';

export interface ImagePaths {
  readonly contextFolder: string;
  readonly dockerfilePath: string;
  /** Relative to the context, `/` between names. */
  readonly dockerfileName: string;
}

export interface WrittenPaths {
  readonly name: string;
  readonly context: string;
  readonly dockerfile: string;
}

/** The paths of an image, or what is wrong with them: a context is a folder of the project, links followed. */
export async function findImagePaths(
  folder: string,
  image: WrittenPaths,
): Promise<ImagePaths | Problem> {
  const contextFolder = join(folder, image.context);
  const context = {
    path: ['images', image.name, 'context'],
    what: `The context \`${image.context}\``,
  };
  const contextProblem = await problemOf(folder, contextFolder, { ...context, isFolder: true });
  if (contextProblem !== undefined) return contextProblem;
  const dockerfilePath = join(contextFolder, image.dockerfile);
  const dockerfileName = relative(contextFolder, dockerfilePath).split(sep).join('/');
  const dockerfile = {
    path: ['images', image.name, 'dockerfile'],
    what: `The Dockerfile \`${image.dockerfile}\``,
  };
  if (isOutside(dockerfileName)) {
    return {
      path: dockerfile.path,
      message: `${dockerfile.what} is outside the context \`${image.context}\`.`,
      suggestion: 'Make `context` the folder that holds both, and `dockerfile` the path in it.',
    };
  }
  const problem = await problemOf(folder, dockerfilePath, { ...dockerfile, isFolder: false });
  return problem ?? { contextFolder, dockerfilePath, dockerfileName };
}

async function problemOf(
  folder: string,
  path: string,
  about: { readonly path: readonly string[]; readonly what: string; readonly isFolder: boolean },
): Promise<Problem | undefined> {
  if (isOutside(relative(folder, path))) {
    return { path: about.path, message: `${about.what} is outside the project.` };
  }
  try {
    const [top, real, stats] = await Promise.all([realpath(folder), realpath(path), stat(path)]);
    if (isOutside(relative(top, real))) {
      const message = `${about.what} is a link to ${real}, outside the project.`;
      return { path: about.path, message };
    }
    if (about.isFolder === stats.isDirectory()) return undefined;
    const kind = about.isFolder ? 'is no folder' : 'is a folder';
    return { path: about.path, message: `${about.what} ${kind}.` };
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === undefined) throw error;
    return {
      path: about.path,
      message: `${about.what} ${code === 'ENOENT' ? 'does not exist' : `cannot be read: ${code}`}.`,
      suggestion: await nearName(path),
    };
  }
}

async function nearName(path: string): Promise<string | undefined> {
  try {
    return didYouMean(basename(path), await readdir(dirname(path)));
  } catch {
    // Only a suggestion: the problem itself is told anyway.
    return undefined;
  }
}

function isOutside(path: string): boolean {
  return path === '..' || path.startsWith(`..${sep}`) || path.startsWith('/');
}
