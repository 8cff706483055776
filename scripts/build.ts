import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { writeDeclarations } from './declarations.ts';
import { configJsonSchema } from './json-schema.ts';

/** Makes what is published besides `bin/`: `dist/` (JavaScript and types) and `schema/` (JSON Schema). */
const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

/** What types may ask importers for: it is a dependency of the package, or their own. */
const TYPED_PACKAGES: ReadonlySet<string> = new Set(['vitest', 'zod']);

await rm(dist, { recursive: true, force: true });
const [packages] = await Promise.all([
  writeDeclarations(root, dist, ['index', 'registry/entry', 'suites/spec/entry']),
  bundle(root, dist),
]);
const stranger = packages.find((name) => !TYPED_PACKAGES.has(name));
if (stranger !== undefined) throw new Error(`the public types need ${stranger}, which nobody has`);

await mkdir(join(root, 'schema'), { recursive: true });
await writeFile(
  join(root, 'schema', 'seatrial.schema.json'),
  `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`,
);
