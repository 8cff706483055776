import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle } from './bundle.ts';

/** The package as it is published, without its types, at a place of the checkout that stays. */
export const packageFolder = join(import.meta.dirname, '..', '.cache', 'package');
/** Its command: what people run, and what end-to-end tests and benchmarks start. */
export const packageCommand = join(packageFolder, 'bin', 'seatrial');
/** For `NODE_COMPILE_CACHE`: that of a person is in their home folder, and is left alone. */
export const packageCompileCache = join(packageFolder, 'compile-cache');

/** Makes it from the source as it is now, in a second or two. */
export async function buildLocalPackage(): Promise<void> {
  const root = join(import.meta.dirname, '..');
  await rm(packageFolder, { recursive: true, force: true });
  await mkdir(packageFolder, { recursive: true });
  await Promise.all([
    bundle(root, join(packageFolder, 'dist')),
    cp(join(root, 'bin'), join(packageFolder, 'bin'), { recursive: true }),
    cp(join(root, 'package.json'), join(packageFolder, 'package.json')),
  ]);
}
