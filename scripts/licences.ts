import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const packageSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().optional(),
});

const RULE = `\n${'-'.repeat(80)}\n\n`;

/**
 * Name, version, licence and its text, of each library that has one of the modules.
 * @throws {Error} when a library says nothing about its licence
 */
export async function renderLicences(modules: readonly string[]): Promise<string> {
  const folders = new Set(modules.flatMap((path) => libraryFolderOf(path) ?? []));
  const texts = await Promise.all([...folders].sort().map(renderLibrary));
  return texts.join(RULE);
}

/** `…/node_modules/@scope/name`; absent for our own modules and for what the bundler makes up. */
function libraryFolderOf(path: string): string | undefined {
  return /^\/.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/u.exec(path)?.[0];
}

async function renderLibrary(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'package.json'), 'utf8');
  const { name, version, license } = packageSchema.parse(JSON.parse(text));
  const file = (await readdir(folder)).find((each) => /^licen[cs]e/iu.test(each));
  if (license === undefined && file === undefined)
    throw new Error(`${name}@${version} says nothing about its licence`);
  const body =
    file === undefined ? '' : `\n${(await readFile(join(folder, file), 'utf8')).trim()}\n`;
  return `${name} ${version} (${license ?? 'see below'})\n${body}`;
}
