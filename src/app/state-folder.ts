import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dropDeadLocks } from '../host/file-lock.ts';
import { isThere } from '../host/files.ts';

export const STATE_FOLDER = '.seatrial';

/**
 * Makes `<project>/.seatrial`, which keeps itself out of git and out of build contexts. Locks of runs that were
 * killed go.
 */
export async function prepareStateFolder(projectFolder: string): Promise<string> {
  const folder = join(projectFolder, STATE_FOLDER);
  await mkdir(folder, { recursive: true });
  const ignore = join(folder, '.gitignore');
  if (!(await isThere(ignore))) await writeFile(ignore, '*\n');
  await dropDeadLocks(join(folder, 'locks'));
  return folder;
}
