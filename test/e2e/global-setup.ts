import { buildLocalPackage } from '../../scripts/local-package.ts';

/** What is tested is what is published, and is made once for all files. */
export async function setup(): Promise<void> {
  await buildLocalPackage();
}
