import { setTimeout as pause } from 'node:timers/promises';
import { SandboxError } from '../errors.ts';
import type { Leftovers } from './contract.ts';
import { listIn, objectIn, textIn } from './json-value.ts';
import { askEngine, filterQuery, ownLabel, USER_LABEL, type Session } from './session.ts';
import { isAnonymous } from './volume-names.ts';

interface Found {
  readonly kind: 'container' | 'network' | 'volume';
  readonly path: string;
  readonly name: string;
  readonly isUsers: boolean;
}

/** Pauses before another pass: a network or volume stays in use for a moment after its container went. */
const PAUSES_MS = [0, 20, 50, 100, 200];

/**
 * Removes all that a session made: list, remove, and again, until a pass finds nothing. Returns what the script left.
 * @throws {SandboxError} SANDBOX_NOT_CLEAN with the names of what is still there
 */
export async function teardown(session: Session): Promise<Leftovers> {
  let first: readonly Found[] | undefined;
  let found: readonly Found[] = [];
  for (const pauseMs of PAUSES_MS) {
    if (pauseMs > 0) await pause(pauseMs);
    found = await listAll(session);
    first ??= found;
    if (found.length === 0) break;
    await removeAll(found, session);
  }
  await removeImages(session);
  const left = found.length === 0 ? [] : await listAll(session);
  if (left.length > 0) {
    throw new SandboxError(
      'SANDBOX_NOT_CLEAN',
      `Still there after a script: ${left.map(({ kind, name }) => `${kind} ${name}`).join(', ')}`,
    );
  }
  return leftoversIn(first ?? [], session);
}

async function listAll(session: Session): Promise<readonly Found[]> {
  const filters = filterQuery({ label: [ownLabel(session.id)] });
  const list = async (path: string): Promise<unknown> =>
    (await askEngine(session.calls, { path })).value;
  const [containers, networks, volumes] = await Promise.all([
    list(`/containers/json?all=1&filters=${filters}`),
    list(`/networks?filters=${filters}`),
    list(`/volumes?filters=${filters}`),
  ]);
  return [
    ...listIn(containers).map((each): Found => {
      const { Id, Names } = objectIn(each);
      const name = textIn(listIn(Names)[0]).replace('/', '');
      return {
        kind: 'container',
        path: `/containers/${textIn(Id)}?force=1&v=1`,
        name,
        isUsers: isUsers(each),
      };
    }),
    ...listIn(networks).map((each): Found => {
      const { Id, Name } = objectIn(each);
      return {
        kind: 'network',
        path: `/networks/${textIn(Id)}`,
        name: textIn(Name),
        isUsers: isUsers(each),
      };
    }),
    ...listIn(objectIn(volumes)['Volumes']).map((each): Found => {
      const name = textIn(objectIn(each)['Name']);
      return {
        kind: 'volume',
        path: `/volumes/${encodeURIComponent(name)}?force=1`,
        name,
        isUsers: isUsers(each),
      };
    }),
  ];
}

/** Whether the script asked for it, and not we for the script. */
function isUsers(each: unknown): boolean {
  return objectIn(objectIn(each)['Labels'])[USER_LABEL] !== undefined;
}

/** Containers first: the others are in use as long as they are there. What does not go is found by the next pass. */
async function removeAll(found: readonly Found[], { calls }: Session): Promise<void> {
  const remove = async (each: Found): Promise<unknown> =>
    await askEngine(calls, { method: 'DELETE', path: each.path });
  await Promise.all(found.filter(({ kind }) => kind === 'container').map(remove));
  await Promise.all(found.filter(({ kind }) => kind !== 'container').map(remove));
}

/** Tags of the session, and images that were made here and are not anybody else's by now. */
async function removeImages({ images, calls }: Session): Promise<void> {
  const names = [...images.all().map((tag) => images.own(tag)), ...images.made];
  for (const name of names) {
    const path = `/images/${name.split('/').map(encodeURIComponent).join('/')}`;
    await askEngine(calls, { method: 'DELETE', path });
  }
}

function leftoversIn(found: readonly Found[], { prefix }: Session): Leftovers {
  const names = (wanted: Found['kind']): readonly string[] =>
    found
      .filter(({ kind, isUsers, name }) => kind === wanted && isUsers && !isAnonymous(name))
      .map(({ name }) => name.replace(prefix, ''));
  return { containers: names('container'), networks: names('network'), volumes: names('volume') };
}
