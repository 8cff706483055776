import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * Writes the types that importers of `entries` can reach (paths below `src`, without ending), and returns the names
 * of the packages that those need.
 * @throws {Error} when the compiler says no; its words are on stderr
 */
export async function writeDeclarations(
  root: string,
  into: string,
  entries: readonly string[],
): Promise<readonly string[]> {
  const all = await mkdtemp(join(tmpdir(), 'seatrial-types-'));
  try {
    compile(root, all);
    const reached = await reach(all, entries);
    for (const path of reached.files) {
      await mkdir(dirname(join(into, path)), { recursive: true });
      await cp(join(all, path), join(into, path));
    }
    return reached.packages;
  } finally {
    await rm(all, { recursive: true, force: true });
  }
}

function compile(root: string, into: string): void {
  const argv = ['-p', 'tsconfig.build.json', '--outDir', into];
  // npm reads what a prepack script prints on stdout as part of its own answer.
  const { status } = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), argv, {
    cwd: root,
    stdio: ['ignore', process.stderr, process.stderr],
  });
  if (status !== 0) throw new Error('the types were not written: see above');
}

interface Reached {
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

/** Examples in them import us. */
const COMMENT = /\/\*.*?\*\//gsu;
const SPECIFIER = /(?:\bfrom|\bimport\()\s*'([^']+)'/gu;

async function reach(folder: string, entries: readonly string[]): Promise<Reached> {
  const files = new Set(entries.map((entry) => `${entry}.d.ts`));
  const packages = new Set<string>();
  // A set gives what is added while it is walked, too.
  for (const file of files) {
    const text = await readFile(join(folder, file), 'utf8');
    for (const [, specifier = ''] of text.replaceAll(COMMENT, '').matchAll(SPECIFIER)) {
      if (specifier.startsWith('.'))
        files.add(join(dirname(file), specifier).replace(/\.[jt]s$/u, '.d.ts'));
      else if (!specifier.startsWith('node:')) packages.add(specifier);
    }
  }
  return { files: [...files], packages: [...packages] };
}
