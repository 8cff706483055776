import { readFile } from 'node:fs/promises';
import { messageOf, systemCodeOf } from '../kernel/errors.ts';
import { BuildError } from './errors.ts';

/** A Dockerfile that is to be built. */
export interface DockerfileSource {
  /** Absolute. */
  readonly path: string;
  /** As it is on the disk: lines of messages come from here. */
  readonly text: string;
  /** What is built in its place, line by line the same: with parents pinned. @default `text` */
  readonly pinnedText?: string | undefined;
  /** How people know the file, for messages: relative to the project. @default `path` */
  readonly shownAs?: string | undefined;
}

/** @throws {BuildError} BUILD_DOCKERFILE_MISSING */
export async function loadDockerfile(path: string, shownAs?: string): Promise<DockerfileSource> {
  try {
    return { path, text: await readFile(path, 'utf8'), shownAs };
  } catch (error) {
    const isAbsent = ['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '');
    throw new BuildError(
      'BUILD_DOCKERFILE_MISSING',
      isAbsent
        ? `There is no Dockerfile at ${shownAs ?? path}`
        : `The Dockerfile ${shownAs ?? path} cannot be read: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
