import { randomBytes } from 'node:crypto';
import { watch } from 'node:fs';
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCodeOf } from '../kernel/errors.ts';
import {
  decodeIdentity,
  encodeIdentity,
  identifyProcess,
  livenessOf,
  parseIdentity,
  renderIdentity,
  type ProcessIdentity,
} from './process-identity.ts';

/** How long an unseen change of the lock may go unnoticed where the file system sends no events. */
const RECHECK_MS = 500;

export interface FileLockOptions {
  readonly signal: AbortSignal;
  /** Called once when another live process holds the lock. */
  readonly onWait?: ((holder: string) => void) | undefined;
}

/**
 * Runs `work` while holding a lock file that names its holder. A lock whose holder is dead is taken over;
 * of several who try, one wins. Rejects with the signal's reason when it aborts while waiting.
 */
export async function withFileLock<Result>(
  path: string,
  options: FileLockOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const token = `${renderIdentity(identifyProcess())} ${randomBytes(8).toString('hex')}`;
  await mkdir(dirname(path), { recursive: true });
  await acquire(path, token, options);
  try {
    return await work();
  } finally {
    if ((await holderOf(path)) === token) await rm(path, { force: true });
  }
}

/** Removes the locks of dead processes from a folder, and their drafts: nobody may ever ask for them again. */
export async function dropDeadLocks(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    const drafter = drafterOf(name);
    if (drafter !== undefined) {
      if (livenessOf(drafter) === 'dead') await rm(path, { force: true });
      continue;
    }
    const holder = await holderOf(path);
    const identity = parseIdentity(holder?.split(' ')[0] ?? '');
    if (holder === undefined || identity === undefined) continue;
    if (livenessOf(identity) === 'dead') await breakLock(path, holder);
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function acquire(path: string, token: string, options: FileLockOptions): Promise<void> {
  let hasTold = false;
  for (;;) {
    options.signal.throwIfAborted();
    if (await tryCreate(path, token)) return;
    const holder = await holderOf(path);
    if (holder === undefined) continue;
    const identity = parseIdentity(holder.split(' ')[0] ?? '');
    if (identity === undefined || livenessOf(identity) === 'dead') {
      await breakLock(path, holder);
      continue;
    }
    if (!hasTold) options.onWait?.(`process ${identity.pid}`);
    hasTold = true;
    await changeOf(path, options.signal);
  }
}

/** A link appears with its whole content or not at all, which an exclusive create does not promise. */
async function tryCreate(path: string, token: string): Promise<boolean> {
  const draft = `${path}.${draftSuffix()}`;
  await writeFile(draft, token, { flag: 'wx' });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Says in the name whose draft it is: one that was killed may have written nothing yet. */
function draftSuffix(): string {
  return `${encodeIdentity(identifyProcess())}.${randomBytes(6).toString('hex')}.draft`;
}

function drafterOf(name: string): ProcessIdentity | undefined {
  const owner = /\.([\w-]+)\.[0-9a-f]{12}\.draft$/u.exec(name)?.[1];
  return owner === undefined ? undefined : decodeIdentity(owner);
}

/** Renaming decides who of several breakers removes the dead lock; a lock that is not the dead one is put back. */
async function breakLock(path: string, deadHolder: string): Promise<void> {
  const grave = `${path}.${randomBytes(6).toString('hex')}.dead`;
  try {
    await rename(path, grave);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return;
    throw error;
  }
  if ((await holderOf(grave)) !== deadHolder) {
    await link(grave, path).catch((error: unknown) => {
      if (systemCodeOf(error) !== 'EEXIST') throw error;
    });
  }
  await rm(grave, { force: true });
}

async function holderOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Resolves when something happens in the lock's folder, or after a while. */
async function changeOf(path: string, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const watcher = watch(dirname(path), () => done());
    const timer = setTimeout(done, RECHECK_MS);
    function done(): void {
      clearTimeout(timer);
      watcher.close();
      signal.removeEventListener('abort', done);
      resolve();
    }
    watcher.on('error', done);
    signal.addEventListener('abort', done, { once: true });
  });
}
