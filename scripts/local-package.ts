import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle, packageEntries, type BundleOptions } from './bundle.ts';

/** The package as it is published, without its types, at a place of the checkout that stays. */
export const packageFolder = join(import.meta.dirname, '..', '.cache', 'package');
/** Its command: what people run, and what end-to-end tests and benchmarks start. */
export const packageCommand = join(packageFolder, 'bin', 'seatrial');
/** For `NODE_COMPILE_CACHE`: that of a person is in their home folder, and is left alone. */
export const packageCompileCache = join(packageFolder, 'compile-cache');

/** The same with the fault points of its source, which kill it where a test asks for that. */
export const mortalPackageFolder = join(packageFolder, '..', 'mortal-package');

/** Makes it from the source as it is now, in a second or two. */
export async function buildLocalPackage(): Promise<void> {
  await buildPackage(packageFolder);
}

/** Makes the one that a test can kill, and beside what is published programs of that test, by their names. */
export async function buildMortalPackage(
  programs: Readonly<Record<string, string>>,
): Promise<void> {
  const entries = { ...packageEntries, ...programs };
  await buildPackage(mortalPackageFolder, { entries, keepsFaultPoints: true });
}

async function buildPackage(folder: string, options: BundleOptions = {}): Promise<void> {
  const root = join(import.meta.dirname, '..');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await Promise.all([
    bundle(root, join(folder, 'dist'), options),
    cp(join(root, 'bin'), join(folder, 'bin'), { recursive: true }),
    cp(join(root, 'package.json'), join(folder, 'package.json')),
  ]);
}
