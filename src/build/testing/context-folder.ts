import { chmod, mkdir, mkdtempDisposable, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What a test puts into a folder: text, or bytes with a mode, or a link. */
export type TestFile =
  | string
  | { readonly text: string; readonly mode: number }
  | { readonly linkTo: string };

export interface ContextFolder extends AsyncDisposable {
  /** Absolute. */
  readonly path: string;
  write(files: Readonly<Record<string, TestFile>>): Promise<void>;
}

/** A folder of its own with the given files; a name that ends in `/` makes an empty folder. */
export async function contextFolder(
  files: Readonly<Record<string, TestFile>>,
): Promise<ContextFolder> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'seatrial-context-'));
  const write = async (more: Readonly<Record<string, TestFile>>): Promise<void> => {
    for (const [name, file] of Object.entries(more)) await writeOne(join(folder.path, name), file);
  };
  await write(files);
  return { path: folder.path, write, [Symbol.asyncDispose]: () => folder.remove() };
}

async function writeOne(path: string, file: TestFile): Promise<void> {
  await mkdir(path.endsWith('/') ? path : dirname(path), { recursive: true });
  if (path.endsWith('/')) return;
  if (typeof file === 'object' && 'linkTo' in file) {
    await symlink(file.linkTo, path);
    return;
  }
  const { text, mode } = typeof file === 'string' ? { text: file, mode: 0o644 } : file;
  await writeFile(path, text);
  await chmod(path, mode);
}
