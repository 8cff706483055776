import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { CiError } from '../../errors.ts';

const lockSchema = z.object({
  orbs: z.record(
    z.string(),
    z.object({ version: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/u) }),
  ),
});

export interface LockedOrb {
  /** Exact: `5.2.0`. */
  readonly version: string;
  /** Of its source. */
  readonly sha256: string;
}

/** What the lock file pins, by reference. @throws {CiError} ORB_LOCK_INVALID */
export function readOrbLock(path: string): ReadonlyMap<string, LockedOrb> {
  try {
    const lock = lockSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return new Map(Object.entries(lock.orbs));
  } catch (error) {
    throw new CiError('ORB_LOCK_INVALID', `${path} is not of its form`, { cause: error });
  }
}
