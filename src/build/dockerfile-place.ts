import { relative, sep } from 'node:path';
import type { ContextSnapshot } from './context.ts';
import type { DockerfileSource } from './dockerfile-source.ts';

/** Where the engine finds the Dockerfile in the tar. */
export interface PlacedDockerfile {
  /** Path inside the context. */
  readonly name: string;
  /** The entry whose content is replaced. */
  readonly replaced?: DockerfileText | undefined;
  /** An entry that is not in the folder. */
  readonly added?: DockerfileText | undefined;
}

export interface DockerfileText {
  readonly path: string;
  readonly text: string;
}

const ADDED_NAME = '.seatrial.Dockerfile';

/**
 * The tar of a build is its context, and a Dockerfile has to be in it. One that is in the context anyway
 * stays where it is. One that .dockerignore excludes, or that lies elsewhere, is added under a name that
 * no file of the context has; a `COPY .` then copies it too, which cannot be told from outside a session.
 */
export function placeDockerfile(
  context: ContextSnapshot,
  dockerfile: DockerfileSource,
): PlacedDockerfile {
  const path = relative(context.folder, dockerfile.path).split(sep).join('/');
  const text = dockerfile.pinnedText ?? dockerfile.text;
  const entry = context.entries.find((candidate) => candidate.path === path);
  if (entry?.type === 'file') {
    return dockerfile.pinnedText === undefined || dockerfile.pinnedText === dockerfile.text
      ? { name: path }
      : { name: path, replaced: { path, text } };
  }
  const name = freeName(context);
  return { name, added: { path: name, text } };
}

function freeName(context: ContextSnapshot): string {
  const taken = new Set(context.entries.map((entry) => entry.path));
  let name = ADDED_NAME;
  for (let count = 1; taken.has(name); count += 1) name = `${ADDED_NAME}.${String(count)}`;
  return name;
}
