import { posix } from 'node:path';
import type { TreeFile } from '../../../engine/image-tree.ts';
import type { Subject } from '../subject.ts';
import type { FileFacts } from './file-facts.ts';
import type { ImageFacts } from './image-facts.ts';

/** As engines set it for an image without one. @see https://github.com/moby/moby/blob/v28.0.0/oci/defaults.go */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A variable as the container has it: from the profile, or else from the image. */
export function variableOf({ image }: Subject, name: string): string | undefined {
  const given = image.profile.run.env[name];
  if (given !== undefined) return given;
  const line = image.record.config.env.findLast((each) => each.startsWith(`${name}=`));
  return line?.slice(name.length + 1);
}

/** Folders of PATH. */
export function programFoldersOf(subject: Subject): readonly string[] {
  return (variableOf(subject, 'PATH') ?? DEFAULT_PATH).split(':').filter((path) => path !== '');
}

/** The user that the container is asked to run as, by profile or image. */
export function userOf({ image }: Subject): string {
  return image.profile.run.user ?? image.record.config.user;
}

export type FoundProgram =
  | { readonly found: 'program'; readonly path: string }
  /** Nothing of the name can be executed; `path` is one that is there all the same. */
  | { readonly found: 'not-in-path'; readonly path?: string | undefined };

/** Where an engine finds a program, by its path or in the folders of PATH: the first one with an `x` bit. */
export function locate(
  name: string,
  { tree }: Pick<ImageFacts, 'tree'>,
  subject: Subject,
): FoundProgram {
  if (name.includes('/')) {
    const folder = subject.image.record.config.workingDir || '/';
    return { found: 'program', path: posix.resolve(folder, name) };
  }
  const candidates = programFoldersOf(subject).map((folder) => `${folder}/${name}`);
  const file = (path: string): TreeFile<FileFacts> | undefined => tree.fileAt(path);
  const program = candidates.find((path) => ((file(path)?.mode ?? 0) & 0o111) !== 0);
  if (program !== undefined) return { found: 'program', path: program };
  return { found: 'not-in-path', path: candidates.find((path) => file(path) !== undefined) };
}
