import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderPages } from './docs/pages.ts';

/** Writes docs/reference from the schema and the tables, and removes pages that nothing makes any more. */
const root = join(import.meta.dirname, '..');
const folder = join(root, 'docs', 'reference');

const pages = await renderPages(join(root, 'src'));
await mkdir(folder, { recursive: true });
for (const name of await readdir(folder)) {
  if (!pages.has(name)) await rm(join(folder, name));
}
for (const [name, text] of pages) await writeFile(join(folder, name), text);
console.log(`${String(pages.size)} pages in docs/reference`);
