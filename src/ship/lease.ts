import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../host/clock.ts';
import { withFileLock } from '../host/file-lock.ts';
import { readTextIfThere, writeFileAtomically } from '../host/files.ts';
import {
  identifyProcess,
  livenessOf,
  parseIdentity,
  renderIdentity,
} from '../host/process-identity.ts';
import { digestOf, hexOf } from '../kernel/digest.ts';
import { messageOf } from '../kernel/errors.ts';
import { ShipError } from './errors.ts';

/** The right to move tags of one repository. One holder at a time, on one state folder. */
export interface Lease {
  /** Grows with every holder: of two who believe that they hold the lease, the higher one does. */
  readonly token: number;
  /**
   * Call before every write.
   * @throws {ShipError} LEASE_LOST when somebody else took the lease over meanwhile
   */
  readonly assertHeld: () => Promise<void>;
}

export interface LeaseOptions {
  /** `<project>/.seatrial`. */
  readonly stateFolder: string;
  /** `host/name`. */
  readonly repository: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** After so long without a sign of life of its holder, the lease is taken over. @default 60 seconds */
  readonly lifetimeMs?: number | undefined;
  /** Told once when another live process holds the lease. */
  readonly onWait?: ((holder: string) => void) | undefined;
}

const LIFETIME_MS = 60_000;
const POLL_MS = 50;
const NEVER = new AbortController().signal;

const recordSchema = z.object({
  repository: z.string(),
  token: z.int().positive(),
  /** Absent once it was given back; the token stays. */
  holder: z.object({ process: z.string(), nonce: z.string() }).optional(),
  /** Changes with every sign of life. */
  beat: z.int(),
});
type LeaseRecord = z.infer<typeof recordSchema>;

/**
 * Runs `work` while holding the lease. Waits for a live holder; a dead one is replaced at once, a silent one
 * (frozen, or on a machine that cannot be seen) after the lifetime. Whoever wakes up after that finds a higher
 * token and stops.
 */
export async function withLease<Result>(
  options: LeaseOptions,
  work: (lease: Lease) => Promise<Result>,
): Promise<Result> {
  const place = placeOf(options);
  const held = await acquire(place, options);
  const heart = setInterval(
    () => {
      // A failed sign of life shows at the next `assertHeld`, which must succeed before anything is written.
      renew(place, held).catch(() => undefined);
    },
    (options.lifetimeMs ?? LIFETIME_MS) / 3,
  );
  heart.unref();
  try {
    return await work({
      token: held.token,
      assertHeld: async () => {
        if ((await readOwn(place, held)) !== undefined) return;
        throw new ShipError(
          'LEASE_LOST',
          `another run took over ${options.repository} while this one stood still (token ${held.token})`,
        );
      },
    });
  } finally {
    clearInterval(heart);
    await release(place, held);
  }
}

interface LeasePlace {
  readonly file: string;
  /** Runs a short piece of work that no other process does at the same time. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result>;
}

interface HeldLease {
  readonly token: number;
  readonly nonce: string;
}

function placeOf({ stateFolder, repository }: LeaseOptions): LeasePlace {
  const name = `ship-${hexOf(digestOf(repository)).slice(0, 16)}`;
  // Stays when the lease is given back: the next token is counted from it.
  const file = join(stateFolder, 'leases', `${name}.json`);
  return {
    file,
    exclusively: async (work) =>
      // Held for a file's reading and writing, and given back after an abort, too.
      await withFileLock(join(stateFolder, 'locks', name), { signal: NEVER }, work),
  };
}

async function acquire(place: LeasePlace, options: LeaseOptions): Promise<HeldLease> {
  const { clock, signal } = options;
  const nonce = randomBytes(8).toString('hex');
  let hasTold = false;
  let seen = { text: '', sinceMs: clock.monotonicMs() };
  for (;;) {
    signal.throwIfAborted();
    const text = (await readTextIfThere(place.file)) ?? '';
    if (text !== seen.text) seen = { text, sinceMs: clock.monotonicMs() };
    // Judged by what this process saw and by its own clock: those of two machines differ.
    const isSilent = clock.monotonicMs() - seen.sinceMs >= (options.lifetimeMs ?? LIFETIME_MS);
    const taken = await place.exclusively(
      async () => await take(place, options, { nonce, isSilent, text }),
    );
    if ('token' in taken) return taken;
    if (!hasTold) options.onWait?.(taken.holder);
    hasTold = true;
    await clock.sleep(POLL_MS, signal);
  }
}

async function take(
  place: LeasePlace,
  options: LeaseOptions,
  attempt: { readonly nonce: string; readonly isSilent: boolean; readonly text: string },
): Promise<HeldLease | { readonly holder: string }> {
  const text = (await readTextIfThere(place.file)) ?? '';
  const record = parseRecord(text, place.file);
  if (record?.holder !== undefined) {
    const identity = parseIdentity(record.holder.process);
    const isDead = identity === undefined || livenessOf(identity) === 'dead';
    const isStale = attempt.isSilent && text === attempt.text;
    if (!isDead && !isStale) return { holder: `process ${identity.pid}` };
  }
  const token = (record?.token ?? 0) + 1;
  await writeRecord(place, {
    repository: options.repository,
    token,
    holder: { process: renderIdentity(identifyProcess()), nonce: attempt.nonce },
    beat: 0,
  });
  return { token, nonce: attempt.nonce };
}

/** Gives a sign of life, unless the lease belongs to somebody else. */
async function renew(place: LeasePlace, held: HeldLease): Promise<void> {
  await place.exclusively(async () => {
    const record = await readOwn(place, held);
    if (record !== undefined) await writeRecord(place, { ...record, beat: record.beat + 1 });
  });
}

async function release(place: LeasePlace, held: HeldLease): Promise<void> {
  await place.exclusively(async () => {
    const record = await readOwn(place, held);
    if (record === undefined) return;
    const { repository, token, beat } = record;
    await writeRecord(place, { repository, token, beat });
  });
}

/** Absent when it is no longer ours. */
async function readOwn(place: LeasePlace, held: HeldLease): Promise<LeaseRecord | undefined> {
  const record = parseRecord((await readTextIfThere(place.file)) ?? '', place.file);
  const isOwn = record?.token === held.token && record.holder?.nonce === held.nonce;
  return isOwn ? record : undefined;
}

/** A record that cannot be read would let the token begin anew: nothing may then be written. */
function parseRecord(text: string, file: string): LeaseRecord | undefined {
  if (text === '') return undefined;
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new ShipError('LEASE_LOST', `${file} is no record of a lease: ${messageOf(error)}`, {
      cause: error,
      hint: `Make sure that no other run is under way, then remove ${file}.`,
    });
  }
}

async function writeRecord(place: LeasePlace, record: LeaseRecord): Promise<void> {
  await writeFileAtomically(place.file, `${JSON.stringify(record)}\n`);
}
