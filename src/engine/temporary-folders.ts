import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { processEnvironment, type Environment } from '../host/environment.ts';
import { systemCodeOf } from '../kernel/errors.ts';
import { EngineError } from './errors.ts';
import { isProcessAlive, type Owner } from './owner.ts';

/** The one place where temporary folders of this user are. */
export function temporaryRoot(): string {
  return join(tmpdir(), `seatrial-${String(userInfo().uid)}`);
}

/**
 * The one place of folders that a script must reach though its own temporary folders hide those of the machine. On a
 * disk where there is one, since scripts keep data in it, and short, since sockets lie in it.
 */
export function stateRoot(env: Environment = processEnvironment()): string {
  const { uid } = userInfo();
  if (uid === 0) return '/var/lib/seatrial';
  const candidates = [
    env['XDG_STATE_HOME'],
    env['HOME'] === undefined ? undefined : join(env['HOME'], '.local', 'state'),
    env['XDG_RUNTIME_DIR'],
  ];
  const parent = candidates.find((path) => path?.startsWith('/') === true && !isTemporary(path));
  return parent === undefined ? `/dev/shm/seatrial-${String(uid)}` : join(parent, 'seatrial');
}

function isTemporary(path: string): boolean {
  return /^\/(?:var\/)?tmp(?:\/|$)/u.test(path);
}

/**
 * Name of a temporary folder: it tells the owner, in few letters, because tests put sockets into these folders and
 * a socket's path has at most 107 bytes.
 */
export function folderName(owner: Owner, rest: string): string {
  const pid = owner.pid.toString(36);
  const start = Number(owner.startTicks).toString(36);
  return `${pid}.${start}.${spaceOf(owner)}.${rest}`;
}

/** Short for boot and pid namespace. */
function spaceOf(owner: Owner): string {
  return `${shortHash(owner.bootId)}.${shortHash(owner.pidNamespace)}`;
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 6);
}

/** @throws {EngineError} SCOPE_FOLDER_UNSAFE when the root is a link or belongs to another user. */
export function makeTemporaryFolder(root: string, name: string): string {
  requireRoot(root);
  const path = join(root, name);
  mkdirSync(path, { mode: 0o700 });
  return path;
}

function requireRoot(root: string): void {
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new EngineError('SCOPE_FOLDER_UNSAFE', `${root} cannot be made`, { cause });
  }
  const found = lstatSync(root);
  const { uid } = userInfo();
  if (!found.isDirectory() || (uid >= 0 && found.uid !== uid)) {
    throw new EngineError('SCOPE_FOLDER_UNSAFE', `${root} is not a folder of this user`);
  }
}

/** Removes a folder with all that is in it, also folders that a test made unreadable. No error when it is gone. */
export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
}

const MAX_AGE_MS = 24 * 3_600_000;

export interface DeadFolder {
  readonly path: string;
  /** What the name says besides the owner and the scope. */
  readonly rest: string;
  /** Whether the owner lived in this boot and pid namespace. */
  readonly isSameSpace: boolean;
}

/** Folders under `root` whose owner is dead, or cannot be known and is older than a day. */
export async function findDeadFolders(
  root: string,
  here: Owner,
  now: Date,
): Promise<readonly DeadFolder[]> {
  const space = spaceOf(here);
  const folders = (await namesIn(root)).map((name) => {
    const [pid = '', start = '', boot = '', namespace = '', , ...rest] = name.split('.');
    return {
      path: join(root, name),
      rest: rest.join('.'),
      isSameSpace: `${boot}.${namespace}` === space,
      owner: { pid: Number.parseInt(pid, 36), startTicks: String(Number.parseInt(start, 36)) },
    };
  });
  const isDead = await Promise.all(
    folders.map(async ({ path, isSameSpace, owner }) =>
      isSameSpace ? !isProcessAlive(owner) : await isOld(path, now),
    ),
  );
  return folders.filter((_, index) => isDead[index]);
}

/** Another pid namespace may be alive, and another boot may be that of a machine that shares the disk. */
async function isOld(path: string, now: Date): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found !== undefined && now.getTime() - found.mtimeMs > MAX_AGE_MS;
}

async function namesIn(root: string): Promise<readonly string[]> {
  try {
    return await readdir(root);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
