import { ApiRefusal } from './api-refusal.ts';
import { BRIDGE, defaultNetwork } from './default-network.ts';
import { ownEndpoint } from './container-networks.ts';
import { endpointShape } from './container-shape.ts';
import {
  answerChanged,
  ask,
  bodyOf,
  changedQuery,
  forward,
  stream,
  type Exchange,
  type Handler,
} from './exchange.ts';
import { filtersIn, fitsName, renderFilters, splitFilters } from './filters.ts';
import { isObject, objectIn, textIn, type JsonObject } from './json-value.ts';
import type { OwnContainer, OwnNetwork } from './own-objects.ts';
import { SESSION_LABEL, withoutOurs, type Session } from './session.ts';

const PREDEFINED: ReadonlySet<string> = new Set([BRIDGE, 'host', 'none', 'default']);

/** The session's own, and the two that every engine has and nobody can change. */
export const listNetworks: Handler = async (exchange) => {
  const { session, query } = exchange;
  await defaultNetwork(session);
  const { ours, theirs } = splitFilters(filtersIn(query), ['name', 'id', 'label', 'type']);
  const listed = await ask(exchange, {
    path: '/networks',
    query: changedQuery(query, { filters: renderFilters(theirs) }),
  });
  if (!Array.isArray(listed.value)) return answerChanged(exchange, listed, listed.value);
  const shown = listed.value
    .filter(isObject)
    .filter((value) => isOwn(value, session) || isFixed(value))
    .map((value) => networkView(value, session))
    .filter(
      (value) =>
        fitsName(ours['name'], [textIn(value['Name'])]) &&
        (ours['id'] ?? ['']).some((id) => textIn(value['Id']).startsWith(id)) &&
        (ours['label'] ?? []).every((label) => hasLabel(value['Labels'], label)) &&
        (ours['type'] ?? []).every((type) => (type === 'builtin') === isBuiltin(value)),
    );
  answerChanged(exchange, listed, shown);
};

function isFixed({ Name, Driver }: JsonObject): boolean {
  return (Name === 'host' && Driver === 'host') || (Name === 'none' && Driver === 'null');
}

function isBuiltin({ Name }: JsonObject): boolean {
  return PREDEFINED.has(textIn(Name));
}

export function hasLabel(labels: unknown, wanted: string): boolean {
  const [name = '', ...value] = wanted.split('=');
  const found = objectIn(labels)[name];
  return found !== undefined && (value.length === 0 || found === value.join('='));
}

function isOwn(value: JsonObject, session: Session): boolean {
  return objectIn(value['Labels'])[SESSION_LABEL] === session.id;
}

function networkView(value: JsonObject, session: Session): JsonObject {
  const containers = Object.entries(objectIn(value['Containers'])).filter(
    ([id]) => session.objects.containers.byId(id) !== undefined,
  );
  return {
    ...value,
    Labels: withoutOurs(value['Labels'], session),
    ...(value['Containers'] === undefined ? {} : { Containers: Object.fromEntries(containers) }),
  };
}

/** @throws {ApiRefusal} 404 in the engine's words */
async function networkOf(exchange: Exchange): Promise<OwnNetwork> {
  const { session, ref } = exchange;
  if (ref === BRIDGE || ref === 'default') return await defaultNetwork(session);
  const found = session.objects.networks.find(ref);
  if (found === undefined) throw new ApiRefusal(404, `network ${ref} not found`);
  return found;
}

export const inspectNetwork: Handler = async (exchange) => {
  const { session, ref } = exchange;
  const isFixedName = ref === 'host' || ref === 'none';
  const path = `/networks/${isFixedName ? ref : (await networkOf(exchange)).id}`;
  const found = await ask(exchange, {
    path,
    query: changedQuery(exchange.query, { scope: undefined }),
  });
  const { value } = found;
  answerChanged(
    exchange,
    found,
    found.status === 200 && isObject(value) ? networkView(value, session) : value,
  );
};

const networkShape = {
  Name: true,
  Driver: true,
  Labels: true,
  Options: true,
  Ingress: true,
  ConfigFrom: { Network: true },
  ConfigOnly: true,
  Scope: true,
  IPAM: { Driver: true },
} as const;

export const createNetwork: Handler = async (exchange) => {
  const { session } = exchange;
  const body = await bodyOf(exchange, networkShape);
  session.policy.check('network', body);
  const name = textIn(body['Name']);
  if (PREDEFINED.has(name)) {
    throw new ApiRefusal(403, `operation is not permitted on predefined ${name} network`);
  }
  if (session.objects.networks.byName(name) !== undefined) {
    throw new ApiRefusal(409, `network with name ${name} already exists`);
  }
  const { 'com.docker.network.bridge.name': _device, ...options } = objectIn(body['Options']);
  const made = await ask(exchange, {
    path: '/networks/create',
    body: JSON.stringify({
      ...body,
      Name: name === '' ? '' : `${session.prefix}${name}`,
      Labels: { ...objectIn(body['Labels']), ...session.labels },
      Options: options,
    }),
    isKept: true,
  });
  const id = textIn(objectIn(made.value)['Id']);
  if (made.status === 201) session.objects.networks.add({ id, name });
  answerChanged(exchange, made, made.value);
};

export const removeNetwork: Handler = async (exchange) => {
  const { session, ref } = exchange;
  if (PREDEFINED.has(ref)) {
    throw new ApiRefusal(403, `${ref} is a pre-defined network and cannot be removed`);
  }
  const network = await networkOf(exchange);
  if (network.name === BRIDGE) {
    throw new ApiRefusal(403, `${ref} is a pre-defined network and cannot be removed`);
  }
  const removed = await forward(exchange, { path: `/networks/${network.id}` });
  if (removed.statusCode === 204) session.objects.networks.remove(network.id);
  await stream(exchange, removed);
};

const joinShape = { Container: true, EndpointConfig: endpointShape, Force: true } as const;

/** `connect` and `disconnect`; the ports of the container follow to the address that it has then. */
export function joining(action: 'connect' | 'disconnect'): Handler {
  return async (exchange) => {
    const { session, ref } = exchange;
    if (ref === 'host' || ref === 'none') session.policy.deny('net.host', `--network ${ref}`);
    const network = await networkOf(exchange);
    const body = await bodyOf(exchange, joinShape);
    const container = namedIn(body, session);
    const joined = await ask(exchange, {
      path: `/networks/${network.id}/${action}`,
      body: JSON.stringify({
        ...body,
        Container: container.id,
        ...(action === 'connect'
          ? { EndpointConfig: ownEndpoint(body['EndpointConfig'], container.name, session) }
          : {}),
      }),
    });
    await session.ports.settle(container);
    answerChanged(exchange, joined, joined.value);
  };
}

function namedIn(body: JsonObject, session: Session): OwnContainer {
  const ref = textIn(body['Container']);
  const found = session.objects.containers.find(ref);
  if (found === undefined) throw new ApiRefusal(404, `No such container: ${ref}`);
  return found;
}
