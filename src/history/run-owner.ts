import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTextIfThere } from '../host/files.ts';
import {
  identifyProcess,
  livenessOf,
  parseIdentity,
  renderIdentity,
  type Liveness,
} from '../host/process-identity.ts';

const OWNER_FILE = 'owner';

/** Notes in the folder of a run which process writes it. */
export function writeOwner(folder: string): void {
  writeFileSync(join(folder, OWNER_FILE), `${renderIdentity(identifyProcess())}\n`);
}

/** `unknown` too when nobody is noted: then the run has just begun, or never got further. */
export async function ownerLiveness(folder: string): Promise<Liveness> {
  const owner = parseIdentity((await readTextIfThere(join(folder, OWNER_FILE))) ?? '');
  return owner === undefined ? 'unknown' : livenessOf(owner);
}
