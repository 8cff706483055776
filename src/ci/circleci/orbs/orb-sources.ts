import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Environment } from '../../../host/environment.ts';
import { CiError } from '../../errors.ts';
import type { Findings } from '../finding.ts';
import type { Node } from '../tree.ts';
import type { OrbSources } from '../unit.ts';
import type { LockedOrb } from './orb-lock.ts';
import { packOrb, readOrbFile } from './pack-orb.ts';

export interface OrbPlaces {
  /** Where relative paths begin. */
  readonly folder: string;
  readonly env: Environment;
  /** `namespace/name=folder`, of the command line. */
  readonly given: readonly string[];
}

const LOCK_FILE = '.circleci/orbs.lock';

/**
 * Sources of orbs that are here: those that the command line names, and those of the cache that the lock file pins.
 * Nothing is fetched.
 * @throws {CiError} CI_OPTION_INVALID, ORB_UNREADABLE, ORB_LOCK_INVALID
 */
export async function openOrbSources(places: OrbPlaces, findings: Findings): Promise<OrbSources> {
  const given = new Map(places.given.map((text) => parseGiven(text, places.folder)));
  const locked = await readLock(places.folder);
  const known = new Map<string, Node | undefined>();
  return (reference) => {
    if (!known.has(reference)) known.set(reference, find(reference));
    return known.get(reference);
  };

  function find(reference: string): Node | undefined {
    const name = reference.split('@')[0] ?? '';
    const path = given.get(name);
    if (path !== undefined) return readGiven(path, findings);
    const lock = locked.get(reference);
    return lock === undefined ? undefined : readCached({ name, ...lock }, places.env, findings);
  }
}

function parseGiven(text: string, folder: string): readonly [string, string] {
  const match = /^([\w.-]+\/[\w.-]+)=(.+)$/u.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new CiError('CI_OPTION_INVALID', `\`--orb ${text}\` does not name an orb and a folder`);
  }
  return [match[1], resolve(folder, match[2])];
}

function readGiven(path: string, findings: Findings): Node {
  const folder = [path, join(path, 'src')].find((each) => existsSync(join(each, '@orb.yml')));
  const isFile = existsSync(path) && statSync(path).isFile();
  const node =
    folder === undefined
      ? isFile
        ? readOrbFile(path, findings)
        : undefined
      : packOrb(folder, findings);
  if (node === undefined) throw new CiError('ORB_UNREADABLE', `${path} holds no source of an orb`);
  return node;
}

async function readLock(folder: string): Promise<ReadonlyMap<string, LockedOrb>> {
  const path = join(folder, LOCK_FILE);
  if (!existsSync(path)) return new Map();
  // Few have such a file, and the schema costs a fifth of the time of a command.
  const { readOrbLock } = await import('./orb-lock.ts');
  return readOrbLock(path);
}

function readCached(
  orb: LockedOrb & { readonly name: string },
  env: Environment,
  findings: Findings,
): Node | undefined {
  const home = env['XDG_CACHE_HOME'] ?? join(env['HOME'] ?? '/', '.cache');
  const path = join(home, 'seatrial', 'orbs', orb.name, `${orb.version}.yml`);
  if (!existsSync(path)) return undefined;
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
  if (digest !== orb.sha256) {
    throw new CiError('ORB_LOCK_INVALID', `${path} is not the orb that ${LOCK_FILE} names`, {
      details: { sha256: digest, locked: orb.sha256 },
    });
  }
  return readOrbFile(path, findings);
}
