import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface CheckoutCopy extends AsyncDisposable {
  readonly folder: string;
}

/**
 * A clone of the checkout as it is now, uncommitted files too, with its own node_modules (hard links where
 * the file system allows). What runs in it cannot change the checkout.
 */
export async function copyCheckout(root: string): Promise<CheckoutCopy> {
  const parent = await mkdtemp(join(tmpdir(), 'seatrial-copy-'));
  const folder = join(parent, 'seatrial');
  run(root, ['git', 'clone', '-q', root, folder]);
  for (const path of git(root, ['ls-files', '-z', '-m', '-o', '--exclude-standard'])) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    if (existsSync(join(root, path))) await cp(join(root, path), join(folder, path));
    else await rm(join(folder, path), { force: true });
  }
  try {
    run(root, ['cp', '-al', 'node_modules', folder]);
  } catch {
    // Another file system: no hard links.
    run(root, ['cp', '-a', 'node_modules', folder]);
  }
  return {
    folder,
    [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }),
  };
}

function git(cwd: string, args: readonly string[]): readonly string[] {
  const output = execFileSync('git', args, { cwd, encoding: 'utf8' });
  return output.split('\0').filter((path) => path !== '');
}

function run(cwd: string, [file = '', ...args]: readonly string[]): void {
  execFileSync(file, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
}
