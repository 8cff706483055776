import { mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../host/clock.ts';
import { systemCodeOf } from '../kernel/errors.ts';
import { HistoryError, type HistoryErrorCode } from './errors.ts';

const BUSY_TIMEOUT_MS = 5000;

/** Each entry takes the database from its index to the next version. Append only. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE passes (
     key TEXT PRIMARY KEY, step TEXT NOT NULL, at TEXT NOT NULL, record TEXT NOT NULL, check_sum TEXT NOT NULL
   ) STRICT;
   CREATE INDEX passes_by_step ON passes (step, at);
   CREATE TABLE runs (
     id TEXT PRIMARY KEY, started_at TEXT NOT NULL, command TEXT NOT NULL, commit_id TEXT,
     outcome TEXT NOT NULL, duration_ms REAL NOT NULL
   ) STRICT;
   CREATE INDEX runs_by_time ON runs (started_at);
   CREATE TABLE steps (
     run_id TEXT NOT NULL, step TEXT NOT NULL, kind TEXT NOT NULL, image TEXT NOT NULL,
     started_at TEXT NOT NULL, duration_ms REAL NOT NULL, outcome TEXT NOT NULL, inputs TEXT,
     PRIMARY KEY (run_id, step)
   ) STRICT;
   CREATE INDEX steps_by_step ON steps (step, started_at);`,
];

export interface ResultsDatabaseOptions {
  readonly path: string;
  readonly clock: Clock;
  /** Told when a damaged file was moved aside. */
  readonly onNotice: (message: string) => void;
}

/**
 * Both run `work`; on a damaged file they move the file aside, start an empty one and run `work` once more.
 * @throws {HistoryError} HISTORY_UNAVAILABLE, HISTORY_BUSY, HISTORY_TOO_NEW
 */
export interface ResultsDatabase {
  read<Result>(work: (database: DatabaseSync) => Result): Promise<Result>;
  /** In one transaction. */
  write<Result>(work: (database: DatabaseSync) => Result): Promise<Result>;
  close(): void;
}

export async function openResultsDatabase(
  options: ResultsDatabaseOptions,
): Promise<ResultsDatabase> {
  let connection = await connectOrReplace(options);

  const use = async <Result>(work: (database: DatabaseSync) => Result): Promise<Result> => {
    try {
      return work(connection.database);
    } catch (error) {
      if (!isDamage(error)) throw toHistoryError(error, options.path);
    }
    moveAside(connection, options);
    connection = await connectOrReplace(options);
    return work(connection.database);
  };

  return {
    read: use,
    write: async (work) => await use((database) => inTransaction(database, () => work(database))),
    close: () => connection.database.close(),
  };
}

interface Connection {
  readonly database: DatabaseSync;
  /** Tells the file that was opened from one that another process has put in its place since. */
  readonly inode: number;
}

async function connectOrReplace(options: ResultsDatabaseOptions): Promise<Connection> {
  try {
    return await connect(options);
  } catch (error) {
    if (!isDamage(error)) throw toHistoryError(error, options.path);
  }
  moveAside(undefined, options);
  try {
    return await connect(options);
  } catch (error) {
    throw toHistoryError(error, options.path);
  }
}

/** `node:sqlite` is loaded here and not before: commands that need no history do not pay for it. */
async function connect({ path, clock }: ResultsDatabaseOptions): Promise<Connection> {
  mkdirSync(dirname(path), { recursive: true });
  const { DatabaseSync: Database } = await import('node:sqlite');
  const database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    await enterWal(database, clock);
    database.exec('PRAGMA synchronous = FULL');
    migrate(database, path);
    return { database, inode: statSync(path).ino };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLite does not wait for its busy timeout when the journal mode changes, so two first starts would clash. */
async function enterWal(database: DatabaseSync, clock: Clock): Promise<void> {
  const deadlineMs = clock.monotonicMs() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || clock.monotonicMs() > deadlineMs) throw error;
      await clock.sleep(20);
    }
  }
}

function migrate(database: DatabaseSync, path: string): void {
  if (versionOf(database) === MIGRATIONS.length) return;
  inTransaction(database, () => {
    // Another process may have migrated while this one waited for the lock.
    const version = versionOf(database);
    if (version > MIGRATIONS.length) {
      throw new HistoryError(
        'HISTORY_TOO_NEW',
        `${path} has schema version ${version}; this seatrial knows versions up to ${MIGRATIONS.length}.`,
        { details: { path, version } },
      );
    }
    for (const statement of MIGRATIONS.slice(version)) database.exec(statement);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
}

function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** The journal goes first: a new database beside an old journal would take in the old one's pages. */
function moveAside(connection: Connection | undefined, options: ResultsDatabaseOptions): void {
  connection?.database.close();
  if (connection !== undefined && inodeOf(options.path) !== connection.inode) return;
  const aside = `${options.path}.damaged-${options.clock.now().getTime()}`;
  for (const suffix of ['-wal', '-shm', '']) {
    try {
      renameSync(`${options.path}${suffix}`, `${aside}${suffix}`);
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT') throw toHistoryError(error, options.path);
    }
  }
  options.onNotice(
    `The database of earlier results was damaged; it is now ${aside} and a new one was started. Nothing is taken from it: steps run again.`,
  );
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

/** @see https://www.sqlite.org/rescode.html */
const PRIMARY_CODES = { busy: 5, locked: 6, corrupt: 11, notADatabase: 26 } as const;

function primaryCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

function isDamage(error: unknown): boolean {
  const code = primaryCodeOf(error);
  if (code === PRIMARY_CODES.corrupt || code === PRIMARY_CODES.notADatabase) return true;
  // A file of the right version without our tables was not made by us: nothing in it can be believed.
  return error instanceof Error && /^no such (?:table|column)/u.test(error.message);
}

function isBusy(error: unknown): boolean {
  const code = primaryCodeOf(error);
  return code === PRIMARY_CODES.busy || code === PRIMARY_CODES.locked;
}

function toHistoryError(error: unknown, path: string): unknown {
  if (error instanceof HistoryError) return error;
  const isSystem = primaryCodeOf(error) !== undefined || systemCodeOf(error) !== undefined;
  if (!isSystem) return error;
  const [code, what]: [HistoryErrorCode, string] = isBusy(error)
    ? ['HISTORY_BUSY', 'is held by another process']
    : ['HISTORY_UNAVAILABLE', 'cannot be used'];
  return new HistoryError(code, `The database of earlier results ${path} ${what}.`, {
    cause: error,
    details: { path },
  });
}
