import { createHash } from 'node:crypto';
import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { relative } from 'node:path';
import { z } from 'zod';
import { systemClock, type Clock } from '../host/clock.ts';
import { readTextIfThere, writeFileAtomically } from '../host/files.ts';
import { isDigest, type Digest } from '../kernel/digest.ts';
import { isSameStamp, stampOf, type FileStamp } from './context.ts';

/**
 * Content digests of files, remembered from run to run by size, times and inode. It only saves time: what
 * is lost, damaged or doubtful is read again.
 */
export interface FileDigests {
  /**
   * Digest of the content that the file had with this stamp. Absent when the file has another one now.
   * @throws system errors of reading
   */
  digestOf(path: string, stamp: FileStamp): Promise<Digest | undefined>;
  /** Writes what was learned. Does nothing when that is nothing. */
  save(): Promise<void>;
}

export interface FileDigestsOptions {
  /** Absolute path of the JSON file: `<project>/.seatrial/cache/files.json`. @default nothing is kept */
  readonly file?: string | undefined;
  /** Absolute folder that remembered paths are relative to. */
  readonly projectFolder: string;
  /** @default the system's */
  readonly clock?: Pick<Clock, 'now'> | undefined;
}

/**
 * A file that is written to while or after it is hashed may keep its size and, within one tick of the clock of
 * its file system, its times (git calls it "racily clean"). No later look can tell. So only what was older than
 * a tick when its hashing began is remembered.
 */
const COARSE_TICK_NS = 2_000_000_000n;
/** The kernel's clock for files moves on every 1 to 10 ms. */
const FINE_TICK_NS = 100_000_000n;
/** File systems with coarse times (FAT, HFS+, some network mounts) have no digits below this. */
const FINE_DIGITS_NS = 10_000_000n;
/** Beyond this, paths that were not asked for are forgotten. */
const MAX_REMEMBERED = 100_000;
const SMALL_BYTES = 128 * 1024;

/** `[sizeBytes, mtimeNs, ctimeNs, inode, digest]`: JSON has no 64-bit integers. */
const rememberedSchema = z.tuple([z.number(), z.string(), z.string(), z.string(), z.string()]);
type Remembered = z.infer<typeof rememberedSchema>;
const fileSchema = z.object({
  version: z.literal(1),
  files: z.record(z.string(), rememberedSchema),
});

export async function openFileDigests(options: FileDigestsOptions): Promise<FileDigests> {
  const { file } = options;
  const remembered = file === undefined ? new Map<string, Remembered>() : await load(file);
  const learned = new Map<string, Remembered>();
  const asked = new Set<string>();
  const clock = options.clock ?? systemClock;
  return Object.freeze({
    digestOf: async (path: string, stamp: FileStamp) => {
      const name = relative(options.projectFolder, path);
      asked.add(name);
      const known = knownDigest(learned.get(name) ?? remembered.get(name), stamp);
      if (known !== undefined) return known;
      const startedNs = BigInt(clock.now().getTime()) * 1_000_000n;
      const digest = await hashFile(path, stamp);
      if (digest !== undefined && isSettled(stamp, startedNs))
        learned.set(name, toRow(stamp, digest));
      return digest;
    },
    save: async () => {
      if (file === undefined || learned.size === 0) return;
      const all = new Map([...remembered, ...learned]);
      if (all.size > MAX_REMEMBERED) {
        for (const name of all.keys()) if (!asked.has(name)) all.delete(name);
      }
      await writeFileAtomically(
        file,
        JSON.stringify({ version: 1, files: Object.fromEntries(all) }),
      );
    },
  });
}

async function load(file: string): Promise<ReadonlyMap<string, Remembered>> {
  const text = await readTextIfThere(file);
  if (text === undefined) return new Map();
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // A damaged cache is an empty one; the next save replaces it.
    return new Map();
  }
  const parsed = fileSchema.safeParse(content);
  return parsed.success ? new Map(Object.entries(parsed.data.files)) : new Map();
}

function knownDigest(row: Remembered | undefined, stamp: FileStamp): Digest | undefined {
  if (row === undefined) return undefined;
  const [sizeBytes, mtimeNs, ctimeNs, inode, digest] = row;
  const isSame =
    sizeBytes === stamp.sizeBytes &&
    mtimeNs === String(stamp.mtimeNs) &&
    ctimeNs === String(stamp.ctimeNs) &&
    inode === String(stamp.inode);
  return isSame && isDigest(digest) ? digest : undefined;
}

function toRow(stamp: FileStamp, digest: Digest): Remembered {
  return [
    stamp.sizeBytes,
    String(stamp.mtimeNs),
    String(stamp.ctimeNs),
    String(stamp.inode),
    digest,
  ];
}

/**
 * Whether every write from now on shows in the stamp. The change time decides how coarse the clock is: nobody
 * can set it, so its digits are the file system's own.
 */
export function isSettled({ mtimeNs, ctimeNs }: FileStamp, nowNs: bigint): boolean {
  const tickNs = ctimeNs % FINE_DIGITS_NS === 0n ? COARSE_TICK_NS : FINE_TICK_NS;
  return nowNs - mtimeNs > tickNs && nowNs - ctimeNs > tickNs;
}

/** Reads the file between two looks at it. Absent when either shows another file than `stamp`. */
async function hashFile(path: string, stamp: FileStamp): Promise<Digest | undefined> {
  const descriptor = openSync(path, 'r');
  try {
    if (!isSameStamp(stampOf(fstatSync(descriptor, { bigint: true })), stamp)) return undefined;
    const digest =
      stamp.sizeBytes <= SMALL_BYTES
        ? hashSmall(descriptor, stamp.sizeBytes)
        : await hashStream(descriptor);
    const after = stampOf(fstatSync(descriptor, { bigint: true }));
    return isSameStamp(after, stamp) ? digest : undefined;
  } finally {
    closeSync(descriptor);
  }
}

function hashSmall(descriptor: number, sizeBytes: number): Digest {
  const buffer = Buffer.allocUnsafe(sizeBytes);
  const readBytes = readSync(descriptor, buffer, 0, sizeBytes, 0);
  return `sha256:${createHash('sha256').update(buffer.subarray(0, readBytes)).digest('hex')}`;
}

async function hashStream(descriptor: number): Promise<Digest> {
  const hash = createHash('sha256');
  const content = createReadStream('', {
    fd: descriptor,
    autoClose: false,
    start: 0,
    highWaterMark: 1024 * 1024,
  });
  for await (const chunk of content as AsyncIterable<Buffer>) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}
