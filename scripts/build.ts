import { spawnSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { configJsonSchema } from './json-schema.ts';

/** Makes what is published besides `bin/`: `dist/` (JavaScript and types) and `schema/` (JSON Schema). */
const root = join(import.meta.dirname, '..');

await rm(join(root, 'dist'), { recursive: true, force: true });
const { status } = spawnSync('tsc', ['-p', 'tsconfig.build.json'], {
  cwd: root,
  env: {
    ...process.env,
    PATH: [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
  },
  // npm reads what a prepack script prints on stdout as part of its own answer.
  stdio: ['ignore', process.stderr, process.stderr],
});
if (status !== 0) process.exit(1);
await mkdir(join(root, 'schema'), { recursive: true });
await writeFile(
  join(root, 'schema', 'seatrial.schema.json'),
  `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`,
);
