import { z } from 'zod';
import { toPackageRecord, type PackageRecord } from './package-record.ts';

/** @see https://docs.npmjs.com/cli/v11/configuring-npm/package-json */
const packageSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().optional().catch(undefined),
});

const NAME = /^(?:@[a-z0-9-~][a-z0-9-._~]*\/)?[a-z0-9-~_][a-z0-9-._~]*$/iu;

/** The package whose `package.json` this is; none when it is something else of that name. */
export function parsePackageJson(text: string): readonly PackageRecord[] {
  const parsed = packageSchema.safeParse(toJson(text));
  if (!parsed.success || !NAME.test(parsed.data.name)) return [];
  const record = toPackageRecord('npm', parsed.data);
  return record === undefined ? [] : [record];
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\u{feff}/u, ''));
  } catch {
    // Test fixtures of packages are full of broken ones.
    return undefined;
  }
}
