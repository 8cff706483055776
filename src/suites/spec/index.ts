import { join } from 'node:path';
import type { FileSuite } from '../../config/suite-schema.ts';
import type { Case } from '../../kernel/verdict.ts';
import type { SuiteContext, SuiteKind, SuitePlace } from '../contract.ts';
import { fileInputs, findSuiteFiles, fingerprint } from '../suite-files.ts';
import { runVitest } from './run-vitest.ts';

/** The user's own Vitest files, with fixtures from `seatrial/test`. */
export const specSuite: SuiteKind<FileSuite> = Object.freeze({
  kind: 'spec',
  version: '1',
  inputs: specInputs,
  run: runSpecs,
});

/** What may change how Vitest runs, or what the spec files import, beside the files themselves. */
const AROUND = [
  'package.json',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'tsconfig.json',
  ...['vitest', 'vite'].flatMap((name) =>
    ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((extension) => `${name}.config.${extension}`),
  ),
];

async function specInputs(
  settings: FileSuite,
  place: SuitePlace,
): Promise<Readonly<Record<string, string>>> {
  const around: Record<string, string> = {};
  for (const name of AROUND) {
    const print = await fingerprint(join(place.projectFolder, name));
    if (print !== 'absent') around[`file:${name}`] = print;
  }
  return { ...around, ...(await fileInputs(settings, place)) };
}

async function runSpecs(settings: FileSuite, context: SuiteContext): Promise<readonly Case[]> {
  const files = await findSuiteFiles(settings.files, context.projectFolder);
  return await runVitest(files, settings, context);
}
