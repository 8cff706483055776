import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../host/files.ts';
import { digestOf, hexOf, type Digest } from '../kernel/digest.ts';
import { systemCodeOf } from '../kernel/errors.ts';

/** A digest of which something is to be said once its tags have moved. */
export interface OwedPlace {
  /** `<project>/.seatrial`. */
  readonly stateFolder: string;
  /** `host/name`. */
  readonly repository: string;
  readonly digest: Digest;
}

/**
 * Notes, before tags move, that it is to be said when they have: a run that dies in between leaves nothing to move, and
 * the next one on this machine must know that there is something to say all the same. Elsewhere nothing is in the
 * store, and everything is looked at anew.
 */
export async function oweVerification(place: OwedPlace): Promise<void> {
  await writeFileAtomically(pathOf(place), '');
}

export async function isVerificationOwed(place: OwedPlace): Promise<boolean> {
  try {
    await access(pathOf(place));
    return true;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

export async function settleVerification(place: OwedPlace): Promise<void> {
  await rm(pathOf(place), { force: true });
}

function pathOf({ stateFolder, repository, digest }: OwedPlace): string {
  const name = hexOf(digestOf(repository)).slice(0, 16);
  return join(stateFolder, 'evidence', hexOf(digest), `owed-to-${name}`);
}
