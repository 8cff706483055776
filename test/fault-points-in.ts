import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the files below a folder say of fault points, each word once: nothing in what is published. */
export async function faultPointsIn(folder: string): Promise<readonly string[]> {
  const files = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.js'));
  if (files.length === 0) throw new Error(`no JavaScript is in ${folder}`);
  const texts = await Promise.all(
    files.map(async (path) => await readFile(join(folder, path), 'utf8')),
  );
  const words = texts.flatMap((text) => text.match(/\w*fault_?points?\w*/giu) ?? []);
  return [...new Set(words)].toSorted();
}
