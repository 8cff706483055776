import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** What `npm install seatrial` may cost. Raise a limit with a reason in the commit that does it. */
const limits = { packedBytes: 1_600_000, unpackedBytes: 6_000_000, productionPackages: 3 };
const forbidden = /(?:\.test\.|\/fixtures\/|\/testing\/|^src\/|\.tsbuildinfo$)/u;

const packSchema = z.object({
  size: z.number(),
  unpackedSize: z.number(),
  files: z.array(z.object({ path: z.string() })),
});
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      dev: z.boolean().optional(),
      optional: z.boolean().optional(),
      peer: z.boolean().optional(),
    }),
  ),
});

const root = join(import.meta.dirname, '..');
const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
  cwd: root,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'ignore'],
});
const [pack] = z.array(packSchema).parse(JSON.parse(output));
const lock = lockSchema.parse(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')));
if (pack === undefined) throw new Error(`npm pack listed no package: ${output}`);

const production = Object.entries(lock.packages).filter(
  ([path, entry]) => path !== '' && entry.dev !== true && entry.peer !== true,
);
const found = [
  { name: 'packed bytes', value: pack.size, limit: limits.packedBytes },
  { name: 'unpacked bytes', value: pack.unpackedSize, limit: limits.unpackedBytes },
  { name: 'production packages', value: production.length, limit: limits.productionPackages },
];
const strangers = pack.files.map((file) => file.path).filter((path) => forbidden.test(path));

for (const path of strangers) console.log(`does not belong in the package: ${path}`);
const over = found.filter((each) => each.value > each.limit);
for (const { name, value, limit } of found) console.log(`${name}: ${value} of at most ${limit}`);
for (const { name } of over) console.log(`over the budget: ${name}`);
process.exitCode = strangers.length + over.length > 0 ? 1 : 0;
