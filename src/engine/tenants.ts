import { readdir, readFile } from 'node:fs/promises';
import { systemCodeOf } from '../kernel/errors.ts';

/** Set for watchdogs: one that a program of the run started, `seatrial/test` for one, has work to do yet. */
export const WATCHDOG_VARIABLE = 'SEATRIAL_WATCHDOG';

/**
 * Kills the processes whose environment leads into a temporary folder of a dead run: programs of suites and hooks
 * get their TMPDIR there. It finds those that were started in the moment in which the run was killed, and so were
 * never handed over. Where the system has no `/proc`, nothing is found.
 */
export async function killTenants(folders: readonly string[]): Promise<void> {
  if (folders.length === 0) return;
  const pids = (await namesIn('/proc')).filter((name) => /^[1-9]\d*$/u.test(name));
  await Promise.all(
    pids.map(async (pid) => {
      if (Number(pid) !== process.pid && (await livesIn(pid, folders))) kill(Number(pid));
    }),
  );
}

async function livesIn(pid: string, folders: readonly string[]): Promise<boolean> {
  // Those of other users cannot be read, and are none of ours.
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  const entries = environment.split('\0');
  if (entries.includes(`${WATCHDOG_VARIABLE}=1`)) return false;
  return entries
    .map((entry) => entry.slice(entry.indexOf('=') + 1))
    .some((value) => folders.some((path) => value === path || value.startsWith(`${path}/`)));
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return await readdir(folder).catch(() => []);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    const code = systemCodeOf(error);
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
