import type { Hardening } from '../../../config/hardening-schema.ts';
import { classify } from '../classify.ts';
import { comeUp } from '../come-up.ts';
import { BehaviourError } from '../errors.ts';
import { sheltersIn } from '../measure-written.ts';
import { adviseOnStart } from '../start-advice.ts';
import { isProven } from '../state-action.ts';
import { exerciseState } from '../state-probe.ts';
import type { Trial } from '../trial.ts';
import { startIn } from '../variant-line.ts';
import { startYard, type Yard } from '../yard.ts';
import { circumstancesOf } from './circumstances-of.ts';
import { firstEnough, leastOf } from './least-of.ts';

/** @see https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities */
const DEFAULT_CAPABILITIES = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'SETFCAP',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SYS_CHROOT',
  'MKNOD',
  'AUDIT_WRITE',
];

const MIB = 1024 ** 2;
const MEMORIES = [8, 16, 32, 64, 128, 256, 512, 1024, 2048].map((mib) => mib * MIB);

/** In no image's user table, and not one of a person. */
const NOBODYS_USER = '10001:10001';

export interface FindHardeningOptions {
  readonly trial: Trial;
  /** Told what is being tried, in a few words. */
  readonly onTry: (what: string) => void;
}

export interface FoundHardening {
  readonly hardening: Hardening;
  /** How many containers were started. */
  readonly starts: number;
  /** What could not be had, and why: one sentence each. */
  readonly refusals: readonly string[];
}

/**
 * Finds the least that a container of the image comes up with, and with a `state` block also keeps what it is told:
 * user, capabilities, places to write, memory. Each step goes on from what the one before has proved, so the last start
 * proves all of it together.
 * @throws {BehaviourError} HARDENING_IMPOSSIBLE when the image does not come up as it is, or is no service
 */
export async function findHardening({
  trial,
  onTry,
}: FindHardeningOptions): Promise<FoundHardening> {
  const yard = startYard(trial);
  try {
    const search = await openSearch(trial, yard, onTry);
    for (const step of [dropUser, dropCapabilities, forbidPrivileges, forbidWrites, limitMemory])
      await step(search);
    const { hardening, starts, refusals } = search;
    return { hardening, starts, refusals };
  } finally {
    await yard.clear();
  }
}

interface Search {
  readonly trial: Trial;
  /** What is proved so far. */
  hardening: Hardening;
  starts: number;
  readonly refusals: string[];
  readonly shelters: Awaited<ReturnType<typeof sheltersIn>>;
  readonly isEnough: (what: string, more: Partial<Hardening>) => Promise<boolean>;
}

async function openSearch(
  trial: Trial,
  yard: Yard,
  onTry: (what: string) => void,
): Promise<Search> {
  onTry('as the image is');
  const containerId = await yard.createContainer('first', await yard.createVolumes());
  const outcome = await comeUp(trial, containerId);
  const { imageClass, because } = classify(outcome, trial.subject);
  const { name } = trial.subject.image;
  if (outcome.state !== 'ready')
    throw new BehaviourError(
      'HARDENING_IMPOSSIBLE',
      `${name} does not come up as it is: ${adviseOnStart(outcome, trial.subject).message}`,
    );
  if (imageClass !== 'service')
    throw new BehaviourError('HARDENING_IMPOSSIBLE', `${name} is no service: ${because}`);
  await keepsState(trial, containerId);
  const shelters = await sheltersIn(trial, containerId);
  yard.discard(containerId);
  const search: Search = {
    trial,
    // With every capability of an engine's default, until fewer are proved to be enough.
    hardening: {
      read_only: false,
      tmpfs: [],
      volumes: [],
      cap_add: DEFAULT_CAPABILITIES,
      no_new_privileges: false,
    },
    starts: 1,
    refusals: [],
    shelters,
    isEnough: async (what, more) => {
      search.starts += 1;
      onTry(what);
      const circumstances = circumstancesOf({ ...search.hardening, ...more });
      return await startIn(
        { trial, yard },
        { purpose: 'hardening', circumstances, firstStartMs: outcome.durationMs },
        async ({ state }, id) => state === 'ready' && (await keepsState(trial, id)),
      );
    },
  };
  return search;
}

async function keepsState(trial: Trial, containerId: string): Promise<boolean> {
  if (trial.subject.image.profile.state === undefined) return true;
  return isProven(await exerciseState(trial, containerId));
}

async function dropUser(search: Search): Promise<void> {
  const { record, profile } = search.trial.subject.image;
  const user = profile.run.user ?? record.config.user;
  if (!['', '0', 'root'].includes(user.split(':')[0] ?? '')) return;
  const more = { user: NOBODYS_USER };
  if (await search.isEnough(`as user ${NOBODYS_USER}`, more))
    search.hardening = { ...search.hardening, ...more };
  else search.refusals.push('It starts as root, and does not come up as another user.');
}

async function dropCapabilities(search: Search): Promise<void> {
  const least = await leastOf(DEFAULT_CAPABILITIES, async (capAdd) =>
    search.isEnough(capAdd.length === 0 ? 'without capabilities' : `with ${capAdd.join(', ')}`, {
      cap_add: [...capAdd],
    }),
  );
  if (least === undefined)
    search.refusals.push(
      'It comes up on this engine, and not with the capabilities of a default one.',
    );
  else search.hardening = { ...search.hardening, cap_add: [...least] };
}

async function forbidPrivileges(search: Search): Promise<void> {
  const more = { no_new_privileges: true };
  if (await search.isEnough('without new privileges', more))
    search.hardening = { ...search.hardening, ...more };
  else search.refusals.push('It needs a program with setuid, or with capabilities of its own.');
}

async function forbidWrites(search: Search): Promise<void> {
  const { tmpfs, volumes, homeless } = search.shelters;
  const all = [
    ...tmpfs.map((path) => ({ kind: 'tmpfs', path }) as const),
    ...volumes.map((path) => ({ kind: 'volumes', path }) as const),
  ];
  const toMore = (part: typeof all): Partial<Hardening> => ({
    read_only: true,
    tmpfs: part.filter(({ kind }) => kind === 'tmpfs').map(({ path }) => path),
    volumes: part.filter(({ kind }) => kind === 'volumes').map(({ path }) => path),
  });
  const least = await leastOf(all, async (part) => {
    const places = part.length === 0 ? '' : `, but for ${part.map(({ path }) => path).join(', ')}`;
    return await search.isEnough(`read-only${places}`, toMore([...part]));
  });
  if (least !== undefined) search.hardening = { ...search.hardening, ...toMore([...least]) };
  else
    search.refusals.push(
      `It does not come up read-only${homeless.length === 0 ? '' : `: it writes ${homeless.join(', ')}, where nothing can be mounted`}.`,
    );
}

async function limitMemory(search: Search): Promise<void> {
  const { memory: limit } = search.trial.subject.image.profile.run;
  const steps = limit === undefined ? MEMORIES : MEMORIES.filter((bytes) => bytes <= limit);
  const memory = await firstEnough(steps, async (bytes) =>
    search.isEnough(`with ${String(bytes / MIB)} MiB`, { memory: bytes }),
  );
  if (memory !== undefined) search.hardening = { ...search.hardening, memory };
  else search.refusals.push('It needs more memory than was tried.');
}
