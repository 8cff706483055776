import { createHash, randomUUID, type Hash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '../../host/files.ts';
import {
  identifyProcess,
  livenessOf,
  parseIdentity,
  renderIdentity,
  type ProcessIdentity,
} from '../../host/process-identity.ts';
import type { Digest } from '../../kernel/digest.ts';

/** One upload under way. Its bytes are hashed as they come, and live in this process's own folder. */
export interface UploadSession {
  readonly id: string;
  /** Repository it was opened for. */
  readonly name: string;
  readonly receivedBytes: number;
  /** Appends until the body ends; what came before a broken connection stays. */
  append(body: AsyncIterable<Uint8Array>): Promise<void>;
  /** Runs `work` when nothing else uses the session. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Moves the bytes to `target` when they hash to `digest`; otherwise they are dropped. */
  commit(digest: Digest, target: string): Promise<boolean>;
  discard(): Promise<void>;
}

export interface UploadSessions {
  create(name: string): Promise<UploadSession>;
  find(id: string, name: string): UploadSession | undefined;
  /** Drops all sessions of this process. */
  close(): Promise<void>;
}

/** Opens a folder for this process's sessions, after sweeping those of processes that are gone. */
export async function openUploadSessions(uploads: string): Promise<UploadSessions> {
  await mkdir(uploads, { recursive: true });
  await sweepDeadOwners(uploads);
  // The owner is in the name, so that no crash can leave a folder without one.
  const own = join(uploads, `${encodeOwner(identifyProcess())}.${randomUUID()}`);
  await mkdir(own);
  const sessions = new Map<string, UploadSession>();
  return {
    create: async (name) => {
      const session = await createSession(own, name, (id) => sessions.delete(id));
      sessions.set(session.id, session);
      return session;
    },
    find: (id, name) => {
      const session = sessions.get(id);
      return session?.name === name ? session : undefined;
    },
    close: async () => {
      await Promise.all([...sessions.values()].map(async (session) => await session.discard()));
      await rm(own, { recursive: true, force: true });
    },
  };
}

async function createSession(
  folder: string,
  name: string,
  forget: (id: string) => void,
): Promise<UploadSession> {
  const id = randomUUID();
  const path = join(folder, id);
  const file = await open(path, 'wx');
  const hash = createHash('sha256');
  let receivedBytes = 0;
  let queue: Promise<unknown> = Promise.resolve();
  const end = async (): Promise<void> => {
    forget(id);
    await file.close();
  };
  return {
    id,
    name,
    get receivedBytes() {
      return receivedBytes;
    },
    append: async (body) => {
      for await (const piece of body) {
        await writeAndHash(file, hash, { piece, position: receivedBytes });
        receivedBytes += piece.length;
      }
    },
    exclusively: async (work) => {
      const turn = queue.then(work, work);
      queue = turn.catch(() => undefined);
      return await turn;
    },
    commit: async (digest, target) => {
      const isRight = `sha256:${hash.digest('hex')}` === digest;
      if (isRight) await file.datasync();
      await end();
      if (isRight) await moveIntoPlace(path, target);
      else await rm(path, { force: true });
      return isRight;
    },
    discard: async () => {
      await end();
      await rm(path, { force: true });
    },
  };
}

/** The disk works while the processor hashes. */
async function writeAndHash(
  file: FileHandle,
  hash: Hash,
  at: { readonly piece: Uint8Array; readonly position: number },
): Promise<void> {
  const writing = file.write(at.piece, 0, at.piece.length, at.position);
  hash.update(at.piece);
  const { bytesWritten } = await writing;
  for (let done = bytesWritten; done < at.piece.length;) {
    const more = await file.write(at.piece, done, at.piece.length - done, at.position + done);
    done += more.bytesWritten;
  }
}

async function moveIntoPlace(path: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await rename(path, target);
  await syncFolder(dirname(target));
}

async function sweepDeadOwners(uploads: string): Promise<void> {
  for (const entry of await readdir(uploads)) {
    const identity = decodeOwner(entry);
    if (identity !== undefined && livenessOf(identity) === 'dead') {
      await rm(join(uploads, entry), { recursive: true, force: true });
    }
  }
}

function encodeOwner(identity: ProcessIdentity): string {
  return Buffer.from(renderIdentity(identity)).toString('base64url');
}

/** Absent for names that are not ours. */
function decodeOwner(entry: string): ProcessIdentity | undefined {
  return parseIdentity(Buffer.from(entry.split('.')[0] ?? '', 'base64url').toString());
}
