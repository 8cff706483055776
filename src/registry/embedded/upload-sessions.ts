import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '../../host/files.ts';
import {
  decodeIdentity,
  encodeIdentity,
  identifyProcess,
  livenessOf,
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
  const own = join(uploads, `${encodeIdentity(identifyProcess())}.${randomUUID()}`);
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
  const discard = async (): Promise<void> => {
    await end();
    await rm(path, { force: true });
  };
  return {
    id,
    name,
    get receivedBytes() {
      return receivedBytes;
    },
    append: async (body) => {
      const writes = createWriteQueue(file);
      try {
        for await (const piece of body) {
          await writes.add(piece, receivedBytes);
          // The disk works while the processor hashes.
          hash.update(piece);
          receivedBytes += piece.length;
        }
      } finally {
        await writes.settle().catch(async (error: unknown) => {
          // With a hole in the file nothing can go on: the client has to begin another upload.
          await discard();
          throw error;
        });
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
    discard,
  };
}

/** Pieces on their way to the disk at the same time. */
const MOST_WRITES = 8;

interface WriteQueue {
  /** Resolves when there is room for another one. */
  add(piece: Uint8Array, position: number): Promise<void>;
  /** Resolves when all are written; throws when one could not be. */
  settle(): Promise<void>;
}

function createWriteQueue(file: FileHandle): WriteQueue {
  const pending = new Set<Promise<void>>();
  let failure: Error | undefined;
  return {
    add: async (piece, position) => {
      if (failure !== undefined) throw failure;
      const write = writeWhole(file, piece, position)
        .catch((error: unknown) => {
          failure ??= error instanceof Error ? error : new Error(String(error));
        })
        .finally(() => pending.delete(write));
      pending.add(write);
      if (pending.size >= MOST_WRITES) await Promise.race(pending);
    },
    settle: async () => {
      await Promise.all(pending);
      if (failure !== undefined) throw failure;
    },
  };
}

async function writeWhole(file: FileHandle, piece: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < piece.length;) {
    const { bytesWritten } = await file.write(piece, done, piece.length - done, position + done);
    done += bytesWritten;
  }
}

async function moveIntoPlace(path: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await rename(path, target);
  await syncFolder(dirname(target));
}

async function sweepDeadOwners(uploads: string): Promise<void> {
  for (const entry of await readdir(uploads)) {
    const identity = decodeIdentity(entry.split('.')[0] ?? '');
    if (identity !== undefined && livenessOf(identity) === 'dead') {
      await rm(join(uploads, entry), { recursive: true, force: true });
    }
  }
}
