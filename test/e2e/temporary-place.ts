import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandPlace } from './command-line.ts';

/** An empty folder to run the command in, whose name no other test has, with a temporary folder beside it. */
export interface TemporaryPlace extends CommandPlace, AsyncDisposable {
  /** In the path of everything that a run in this place starts and makes: nobody else has it. */
  readonly id: string;
  /** Everything of the place; `folder` is in it. */
  readonly root: string;
  /** What the command takes for the system's temporary folder. */
  readonly temporaryFolder: string;
  readonly env: Readonly<Record<string, string>>;
}

export async function createTemporaryPlace(folderName = 'project'): Promise<TemporaryPlace> {
  const root = await mkdtemp(join(tmpdir(), 'seatrial-e2e-'));
  const folder = join(root, folderName);
  // Short, because sockets are made in it.
  const temporaryFolder = join(root, 't');
  await Promise.all([mkdir(folder), mkdir(temporaryFolder)]);
  return {
    id: root.slice(root.lastIndexOf('/') + 1),
    root,
    folder,
    temporaryFolder,
    env: { TMPDIR: temporaryFolder },
    [Symbol.asyncDispose]: async () => await rm(root, { recursive: true, force: true }),
  };
}
