import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { z } from 'zod';
import { SuiteError } from '../errors.ts';

/** The oldest whose fixtures may depend on fixtures of the file and of the worker. */
const OLDEST_MAJOR = 4;

const packageSchema = z.object({ version: z.string() });

/**
 * Path of `vitest/node`: that of the project, else the one that this package finds.
 * @throws {SuiteError} SPEC_NO_VITEST when there is none, or only one that is too old
 */
export function findVitest(
  projectFolder: string,
  places: readonly string[] = [join(projectFolder, 'package.json'), import.meta.url],
): string {
  for (const place of places) {
    const found = resolveFrom(place);
    if (found === undefined) continue;
    if (Number.parseInt(found.version, 10) >= OLDEST_MAJOR) return found.path;
    throw new SuiteError(
      'SPEC_NO_VITEST',
      `Vitest ${found.version} in ${projectFolder} is too old: spec files need ${String(OLDEST_MAJOR)} or later`,
      { hint: 'Upgrade it: npm install --save-dev vitest@latest' },
    );
  }
  throw new SuiteError('SPEC_NO_VITEST', `${projectFolder} has spec files but no Vitest`);
}

/** Absent when no Vitest is found from there. */
function resolveFrom(
  place: string,
): { readonly path: string; readonly version: string } | undefined {
  try {
    const { resolve } = createRequire(place);
    const manifest: unknown = JSON.parse(readFileSync(resolve('vitest/package.json'), 'utf8'));
    return { path: resolve('vitest/node'), version: packageSchema.parse(manifest).version };
  } catch {
    // Not here: the next place, or the error of the caller.
    return undefined;
  }
}
