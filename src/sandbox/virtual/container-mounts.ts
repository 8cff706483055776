import { posix } from 'node:path';
import { anonymousTargets, createdContainer } from '../anonymous-volumes.ts';
import type { CarriedBind } from '../file-carrier.ts';
import { ApiRefusal } from './api-refusal.ts';
import { placeOf } from './bind-map.ts';
import { isObject, listIn, objectIn, textIn, textsIn, type JsonObject } from './json-value.ts';
import type { Session } from './session.ts';
import { ownVolumeName } from './volume-names.ts';

export interface MountPlan {
  readonly binds: readonly string[];
  readonly mounts: readonly unknown[];
  /** What the session's carrier has to bring to the container; empty without one. */
  readonly carried: readonly CarriedBind[];
}

/**
 * Binds and mounts for the engine: folders at their real places, volumes by our names, and anonymous volumes as
 * mounts without a source, because only these carry labels (`docker rm` without `-v` leaves them behind).
 * @throws {PolicyRefusal} for what may not be mounted
 */
export async function planMounts(
  body: JsonObject,
  imageVolumes: readonly string[],
  session: Session,
): Promise<MountPlan> {
  const host = objectIn(body['HostConfig']);
  const binds: string[] = [];
  const mounts: unknown[] = [];
  const carried: CarriedBind[] = [];
  const add = async (planned: unknown): Promise<void> => {
    if (session.carrier === undefined || !isBind(planned)) {
      if (typeof planned === 'string') binds.push(planned);
      else mounts.push(planned);
      return;
    }
    const bind = carriedBind(planned, session);
    const mount = await session.carrier.mountFor(bind);
    carried.push(bind);
    if (mount !== undefined) mounts.push(mount);
  };
  for (const bind of textsIn(host['Binds'])) await add(await planBind(bind, session));
  for (const mount of listIn(host['Mounts'])) await add(await planMount(mount, session));
  const container = createdContainer.safeParse(body);
  const targets = container.success ? anonymousTargets(container.data, imageVolumes) : [];
  for (const Target of targets) mounts.push(anonymous(Target, session));
  return { binds, mounts, carried };
}

function isBind(planned: unknown): planned is string | JsonObject {
  return typeof planned === 'string' || (isObject(planned) && planned['Type'] === 'bind');
}

function carriedBind(planned: string | JsonObject, session: Session): CarriedBind {
  const [real = '', target = '', options = ''] =
    typeof planned === 'string'
      ? planned.split(':')
      : [
          textIn(planned['Source']),
          textIn(planned['Target']),
          planned['ReadOnly'] === true ? 'ro' : '',
        ];
  if (real === session.socketPath)
    throw new ApiRefusal(400, 'The socket of the engine cannot be mounted on another machine');
  const isReadOnly = options.split(',').includes('ro');
  return { real, target: posix.normalize(target), isReadOnly };
}

const PROPAGATION = /^(?:r?shared|r?slave)$/u;

/** `SOURCE:TARGET[:OPTIONS]`; a source that is no path names a volume. */
async function planBind(bind: string, session: Session): Promise<string | JsonObject> {
  const [source = '', target, options] = bind.split(':');
  if (target === undefined) return anonymous(source, session);
  if (!source.startsWith('/')) {
    const flags = (options ?? '').split(',');
    return {
      Type: 'volume',
      Source: await ownVolumeName(source, session),
      Target: posix.normalize(target),
      ReadOnly: flags.includes('ro'),
      VolumeOptions: { Labels: session.labels, NoCopy: flags.includes('nocopy') },
    };
  }
  if ((options ?? '').split(',').some((option) => PROPAGATION.test(option))) {
    session.policy.deny('bind.propagation', `-v ${bind}`);
  }
  const real = await realPlace(source, session);
  return [real, target, ...(options === undefined ? [] : [options])].join(':');
}

async function planMount(mount: unknown, session: Session): Promise<unknown> {
  if (!isObject(mount)) return mount;
  const source = textIn(mount['Source']);
  if (mount['Type'] === 'bind') {
    if (PROPAGATION.test(textIn(objectIn(mount['BindOptions'])['Propagation']))) {
      session.policy.deny('bind.propagation', `--mount of ${source}`);
    }
    return { ...mount, Source: await realPlace(source, session) };
  }
  if (mount['Type'] !== 'volume') return mount;
  const options = objectIn(mount['VolumeOptions']);
  const Labels = { ...objectIn(options['Labels']), ...session.labels };
  return {
    ...mount,
    Source: source === '' ? '' : await ownVolumeName(source, session),
    VolumeOptions: { ...options, Labels },
  };
}

async function realPlace(source: string, session: Session): Promise<string> {
  if (!source.startsWith('/'))
    throw new ApiRefusal(400, `invalid mount path: '${source}' must be absolute`);
  const place = await placeOf(source, session.binds);
  if ('real' in place) return place.real;
  session.policy.deny(place.rule, `mounting ${source}`);
  // Allowed by name: what the script says is what it gets.
  return source;
}

function anonymous(target: string, session: Session): JsonObject {
  return {
    Type: 'volume',
    Source: '',
    Target: target,
    VolumeOptions: { Labels: session.labels },
  };
}
