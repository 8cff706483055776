import { createRequire } from 'node:module';
import { join } from 'node:path';
import { SuiteError } from '../errors.ts';

/**
 * Path of `vitest/node`: that of the project, else the one that this package finds.
 * @throws {SuiteError} SPEC_NO_VITEST
 */
export function findVitest(
  projectFolder: string,
  places: readonly string[] = [join(projectFolder, 'package.json'), import.meta.url],
): string {
  for (const place of places) {
    try {
      return createRequire(place).resolve('vitest/node');
    } catch {
      // Not here: the next place, or the error below.
    }
  }
  throw new SuiteError('SPEC_NO_VITEST', `${projectFolder} has spec files but no Vitest`);
}
