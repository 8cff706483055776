import { ApiRefusal } from './api-refusal.ts';
import { BRIDGE, defaultNetwork } from './default-network.ts';
import { objectIn, textIn, textsIn, type JsonObject } from './json-value.ts';
import type { OwnContainer } from './own-objects.ts';
import type { Session } from './session.ts';

export interface NetworkPlan {
  readonly networkMode: string;
  readonly endpoints: JsonObject;
}

const DEFAULTS: ReadonlySet<string> = new Set(['', 'default', BRIDGE]);

/** Which networks of the session a container joins. `name` is the script's name for it. */
export async function planNetworks(
  body: JsonObject,
  name: string,
  session: Session,
): Promise<NetworkPlan> {
  const host = objectIn(body['HostConfig']);
  const mode = textIn(host['NetworkMode']);
  const asked = objectIn(objectIn(body['NetworkingConfig'])['EndpointsConfig']);
  if (mode === 'none') return { networkMode: 'none', endpoints: {} };
  if (mode === 'host') return { networkMode: 'host', endpoints: {} };
  if (mode.startsWith('container:')) {
    return { networkMode: sharedMode(mode, session), endpoints: {} };
  }
  const main = await networkNamed(mode, session);
  const endpoints: JsonObject = {};
  for (const [key, endpoint] of Object.entries(asked)) {
    if (key === 'none') continue;
    const id = await networkNamed(key, session);
    endpoints[id] = ownEndpoint(endpoint, name, session);
  }
  const links = textsIn(host['Links']);
  const own = objectIn(endpoints[main] ?? ownEndpoint({}, name, session));
  // A user-defined network heeds the links of its endpoint only.
  endpoints[main] =
    links.length === 0
      ? own
      : {
          ...own,
          Links: [...textsIn(own['Links']), ...links.map((link) => ownLink(link, session))],
        };
  return { networkMode: main, endpoints };
}

/** Id of a network of the session. @throws {ApiRefusal} 400, because 404 at create makes a client pull the image */
async function networkNamed(name: string, session: Session): Promise<string> {
  if (DEFAULTS.has(name)) return (await defaultNetwork(session)).id;
  const found = session.objects.networks.find(name);
  if (found === undefined) throw new ApiRefusal(400, `network ${name} not found`);
  return found.id;
}

/** An endpoint whose names the embedded DNS knows: it would know only the one with our prefix. */
export function ownEndpoint(endpoint: unknown, name: string, session: Session): JsonObject {
  const given = objectIn(endpoint);
  const { NetworkID: _id, ...rest } = given;
  const links = textsIn(given['Links']);
  return {
    ...rest,
    Aliases: [...textsIn(given['Aliases']), name],
    ...(links.length === 0 ? {} : { Links: links.map((link) => ownLink(link, session)) }),
  };
}

/** `NAME[:ALIAS]` with the engine's name for the container: the embedded DNS knows no whole ids. */
function ownLink(link: string, session: Session): string {
  const [name = '', alias = name] = link.split(':');
  return `${session.prefix}${ownContainer(name, session).name}:${alias}`;
}

/** `container:NAME`, for networks, processes and memory. */
export function sharedMode(mode: string, session: Session): string {
  if (!mode.startsWith('container:')) return mode;
  return `container:${ownContainer(mode.slice('container:'.length), session).id}`;
}

/** `NAME[:ro]`. */
export function ownVolumesFrom(value: string, session: Session): string {
  const [name = '', ...mode] = value.split(':');
  return [ownContainer(name, session).id, ...mode].join(':');
}

function ownContainer(name: string, session: Session): OwnContainer {
  const found = session.objects.containers.find(name);
  if (found === undefined) throw new ApiRefusal(400, `No such container: ${name}`);
  return found;
}
