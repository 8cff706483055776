import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Whether this runs from the source of a checkout, and not from the published package. */
const isSource = import.meta.filename.endsWith('.ts');

/** The folder that has the `package.json` of seatrial. */
export function packageFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package.json in or above ${import.meta.dirname}`);
    folder = parent;
  }
  return folder;
}

/** Path of a program of ours that is started and not imported. `name` is its path below `src`, without ending. */
export function programPath(name: string): string {
  return isSource
    ? join(packageFolder(), 'src', `${name}.ts`)
    : join(packageFolder(), 'dist', `${name}.js`);
}
