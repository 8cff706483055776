import { listIn, objectIn, textIn, type JsonObject } from './json-value.ts';
import { BRIDGE } from './default-network.ts';
import type { ContainerAsk, OwnContainer } from './own-objects.ts';
import { withoutOurs, type Session } from './session.ts';

/** A container of `docker ps` as the script made it. */
export function listedContainer(
  value: JsonObject,
  container: OwnContainer,
  session: Session,
): JsonObject {
  const settings = objectIn(value['NetworkSettings']);
  return {
    ...value,
    Image: container.ask.image,
    Labels: withoutOurs(value['Labels'], session),
    Ports: listedPorts(value, container, session),
    HostConfig: { ...objectIn(value['HostConfig']), NetworkMode: container.ask.networkMode },
    NetworkSettings: { ...settings, Networks: shownNetworks(settings['Networks'], session) },
  };
}

/** `docker ps` shows published ports, and those that are exposed while the container runs. */
function listedPorts(
  value: JsonObject,
  { id, ask }: OwnContainer,
  { ports }: Session,
): readonly JsonObject[] {
  const shown = ports.shownOf(id);
  const published = Object.entries(shown).flatMap(([port, bindings]) =>
    bindings.map(({ HostIp, HostPort }) => ({
      IP: HostIp,
      PrivatePort: Number.parseInt(port, 10),
      PublicPort: Number(HostPort),
      Type: typeOf(port),
    })),
  );
  if (value['State'] !== 'running' && value['State'] !== 'paused') return published;
  const rest = [...ask.exposed, ...ask.exposedByUs].filter((port) => shown[port] === undefined);
  return [
    ...published,
    ...rest.map((port) => ({ PrivatePort: Number.parseInt(port, 10), Type: typeOf(port) })),
  ];
}

function typeOf(port: string): string {
  return port.split('/')[1] ?? 'tcp';
}

/** `docker inspect` of a container as the script made it. */
export function inspectedContainer(
  value: JsonObject,
  container: OwnContainer,
  session: Session,
): JsonObject {
  const { ask } = container;
  const config = objectIn(value['Config']);
  const exposed = objectIn(config['ExposedPorts']);
  return {
    ...value,
    Config: {
      ...config,
      Image: ask.image,
      Labels: withoutOurs(config['Labels'], session),
      ...(Object.keys(objectIn(ask.volumes)).length > 0 ? { Volumes: ask.volumes } : {}),
      ...(config['ExposedPorts'] === undefined ? {} : { ExposedPorts: exposed }),
    },
    HostConfig: inspectedHost(objectIn(value['HostConfig']), ask),
    NetworkSettings: inspectedNetworks(value, container, session),
  };
}

function inspectedHost(host: JsonObject, ask: ContainerAsk): JsonObject {
  return {
    ...host,
    PortBindings: ask.portBindings,
    PublishAllPorts: ask.isPublishAll,
    Binds: ask.binds ?? null,
    Links: ask.links ?? null,
    VolumesFrom: ask.volumesFrom ?? null,
    NetworkMode: ask.networkMode,
    PidMode: ask.pidMode ?? '',
    IpcMode: ask.ipcMode ?? host['IpcMode'],
    Mounts: ask.mounts ?? undefined,
  };
}

/** Scripts read the address at the top, where the engine has it for its own bridge alone. */
function inspectedNetworks(
  value: JsonObject,
  { id, ask }: OwnContainer,
  session: Session,
): JsonObject {
  const settings = objectIn(value['NetworkSettings']);
  const networks = shownNetworks(settings['Networks'], session);
  const bridge = objectIn(networks[BRIDGE]);
  const isUp = objectIn(value['State'])['Running'] === true;
  const ports: JsonObject = {};
  if (isUp) {
    for (const port of [...ask.exposed, ...ask.exposedByUs]) ports[port] = null;
    Object.assign(ports, session.ports.shownOf(id));
  }
  return {
    ...settings,
    Ports: ports,
    Networks: networks,
    ...(networks[BRIDGE] === undefined
      ? {}
      : {
          IPAddress: bridge['IPAddress'],
          IPPrefixLen: bridge['IPPrefixLen'],
          Gateway: bridge['Gateway'],
          MacAddress: bridge['MacAddress'],
          EndpointID: bridge['EndpointID'],
        }),
  };
}

/** Networks by the script's names. The engine names one that a container was created with by its id. */
function shownNetworks(value: unknown, { objects, prefix }: Session): JsonObject {
  return Object.fromEntries(
    Object.entries(objectIn(value)).map(([key, endpoint]) => {
      const known =
        objects.networks.byId(key) ??
        objects.networks.byId(textIn(objectIn(endpoint)['NetworkID']));
      return [known?.name ?? key.replace(prefix, ''), endpoint];
    }),
  );
}

/** Names without `/` that a list shows for a container. */
export function namesIn(value: JsonObject, { prefix }: Session): readonly string[] {
  return listIn(value['Names']).map((name) => textIn(name).replace(/^\//u, '').replace(prefix, ''));
}
