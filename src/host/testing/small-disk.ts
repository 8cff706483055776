import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processEnvironment } from '../environment.ts';
import { runProcess } from '../process.ts';

/** A file system of its own that is soon full. Needs root, as the tests of the engine do. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** From now on nothing can be written. */
  makeReadOnly(): Promise<void>;
}

export interface SmallDiskOptions {
  readonly sizeBytes: number;
  /** @default as many as there is room for */
  readonly inodes?: number | undefined;
}

export async function openSmallDisk({ sizeBytes, inodes }: SmallDiskOptions): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'seatrial-disk-'));
  const more = inodes === undefined ? '' : `,nr_inodes=${inodes}`;
  await command('mount', '-t', 'tmpfs', '-o', `size=${sizeBytes}${more}`, 'seatrial-test', path);
  return {
    path,
    makeReadOnly: async () => await command('mount', '-o', 'remount,ro', path),
    [Symbol.asyncDispose]: async () => {
      await command('umount', '--lazy', path);
      await rm(path, { recursive: true, force: true });
    },
  };
}

async function command(file: string, ...argv: readonly string[]): Promise<void> {
  const { exitCode, output } = await runProcess(file, argv, { env: processEnvironment() });
  if (exitCode !== 0) throw new Error(`${file} ${argv.join(' ')}: ${output}`);
}
