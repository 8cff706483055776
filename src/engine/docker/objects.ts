import type { EngineObject, EngineObjects, OnEngineEvent } from '../contract.ts';
import { IMAGE_LABEL } from '../labels.ts';
import { labelFilter, readAnswer, segment, unlessStatus } from './answers.ts';
import { removeContainer } from './containers.ts';
import { readLines } from './lines.ts';
import type { EngineLine } from './request.ts';
import {
  containerListSchema,
  createdSchema,
  eventSchema,
  labelledImageListSchema,
  networkListSchema,
  volumeListSchema,
  volumeSchema,
} from './wire.ts';

type Labels = Readonly<Record<string, string>>;

export function createObjects(line: EngineLine): EngineObjects {
  return Object.freeze({
    createNetwork: (name: string, labels: Labels) => createNetwork(line, name, labels),
    joinNetwork: (network: string, containerId: string, aliases: readonly string[]) =>
      joinNetwork(line, network, { containerId, aliases }),
    createVolume: (name: string, labels: Labels) => createVolume(line, name, labels),
    remove: (object: EngineObject) => remove(line, object),
    list: (labels: readonly string[]) => list(line, labels),
    watch: (containerId: string, onEvent: OnEngineEvent, signal: AbortSignal) =>
      watch(line, containerId, { onEvent, signal }),
  });
}

async function createNetwork(line: EngineLine, name: string, labels: Labels): Promise<string> {
  const path = '/networks/create';
  const body = { Name: name, Driver: 'bridge', CheckDuplicate: true, Labels: labels };
  const answer = await line.json({ method: 'POST', path, body });
  return readAnswer(createdSchema, answer, `POST ${path}`).Id;
}

async function joinNetwork(
  line: EngineLine,
  network: string,
  member: { readonly containerId: string; readonly aliases: readonly string[] },
): Promise<void> {
  await line.json({
    method: 'POST',
    path: `/networks/${segment(network)}/connect`,
    body: { Container: member.containerId, EndpointConfig: { Aliases: member.aliases } },
  });
}

async function createVolume(line: EngineLine, name: string, labels: Labels): Promise<string> {
  const path = '/volumes/create';
  const answer = await line.json({ method: 'POST', path, body: { Name: name, Labels: labels } });
  return readAnswer(volumeSchema, answer, `POST ${path}`).Name;
}

async function remove(line: EngineLine, object: EngineObject): Promise<void> {
  if (object.kind === 'container') return await removeContainer(line, object.id);
  const path = `/${object.kind}s/${segment(object.id)}`;
  // Without `noprune` an image takes its untagged parents along, and the tested image may be one.
  const query = object.kind === 'image' ? { noprune: 1 } : undefined;
  await unlessStatus(line.json({ method: 'DELETE', path, query }), [404]);
}

async function list(line: EngineLine, labels: readonly string[]): Promise<readonly EngineObject[]> {
  const query = labelFilter(labels);
  const found = await Promise.all([
    listContainers(line, query),
    listNetworks(line, query),
    listVolumes(line, query),
    listImages(line, labelFilter([...labels, IMAGE_LABEL])),
  ]);
  return found.flat();
}

type Filter = ReturnType<typeof labelFilter>;

async function listContainers(line: EngineLine, query: Filter): Promise<readonly EngineObject[]> {
  const path = '/containers/json';
  const answer = await line.json({ method: 'GET', path, query: { all: 1, ...query } });
  return readAnswer(containerListSchema, answer, `GET ${path}`).map((each) => ({
    kind: 'container',
    id: each.Id,
    name: each.Names[0]?.replace(/^\//u, '') ?? each.Id,
    labels: each.Labels,
    createdAt: each.Created > 0 ? new Date(each.Created * 1000).toISOString() : undefined,
  }));
}

async function listNetworks(line: EngineLine, query: Filter): Promise<readonly EngineObject[]> {
  const path = '/networks';
  const answer = await line.json({ method: 'GET', path, query });
  return readAnswer(networkListSchema, answer, `GET ${path}`).map((each) => ({
    kind: 'network',
    id: each.Id,
    name: each.Name,
    labels: each.Labels,
    createdAt: each.Created || undefined,
  }));
}

async function listVolumes(line: EngineLine, query: Filter): Promise<readonly EngineObject[]> {
  const path = '/volumes';
  const answer = await line.json({ method: 'GET', path, query });
  return readAnswer(volumeListSchema, answer, `GET ${path}`).Volumes.map((each) => ({
    kind: 'volume',
    id: each.Name,
    name: each.Name,
    labels: each.Labels,
    createdAt: each.CreatedAt || undefined,
  }));
}

async function listImages(line: EngineLine, query: Filter): Promise<readonly EngineObject[]> {
  const path = '/images/json';
  // Without `all` an untagged image that another one was made from is not told.
  const answer = await line.json({ method: 'GET', path, query: { all: 1, ...query } });
  return readAnswer(labelledImageListSchema, answer, `GET ${path}`).map((each) => ({
    kind: 'image',
    id: each.Id,
    name: each.Id,
    labels: each.Labels,
    createdAt: each.Created > 0 ? new Date(each.Created * 1000).toISOString() : undefined,
  }));
}

interface Watch {
  readonly onEvent: OnEngineEvent;
  readonly signal: AbortSignal;
}

async function watch(line: EngineLine, containerId: string, on: Watch): Promise<void> {
  const path = '/events';
  const filters = JSON.stringify({ container: [containerId], type: ['container'] });
  try {
    const answer = await line.stream({
      method: 'GET',
      path,
      query: { filters },
      signal: on.signal,
    });
    for await (const text of readLines(answer)) {
      const event = readAnswer(eventSchema, JSON.parse(text), `GET ${path}`);
      on.onEvent(event.Action || event.status, event.Actor?.Attributes ?? {});
    }
  } catch (error) {
    // To be told to stop is the usual end of watching.
    if (!on.signal.aborted) throw error;
  }
}
