import { buildImage } from './build-calls.ts';
import {
  inspectContainer,
  passingContainer,
  removeContainer,
  renameContainer,
  settling,
  startContainer,
  statsOfContainer,
  updateContainer,
  waitForContainer,
} from './container-calls.ts';
import { createContainer } from './container-create.ts';
import { listContainers } from './container-list.ts';
import { streamEvents } from './event-stream.ts';
import type { Handler } from './exchange.ts';
import { createExec, passingExec } from './exec-calls.ts';
import { loadImages, saveImages } from './image-archives.ts';
import {
  commitContainer,
  historyOfImage,
  inspectImage,
  listImages,
  passDistribution,
  pullImage,
  pushImage,
  removeImage,
  tagImage,
} from './image-calls.ts';
import {
  createNetwork,
  inspectNetwork,
  joining,
  listNetworks,
  removeNetwork,
} from './network-calls.ts';
import { pruneBuilds, pruneContainers, pruneImages, pruneNetworks, pruneVolumes } from './prune.ts';
import {
  diskUsage,
  info,
  listPlugins,
  login,
  ping,
  plugin,
  swarm,
  version,
} from './system-calls.ts';
import { createVolume, inspectVolume, listVolumes, removeVolume } from './volume-calls.ts';

interface Endpoint {
  readonly methods: readonly string[];
  /** `{ref}` is one part of the path, `{name}` any number of them. */
  readonly path: string;
  readonly handle: Handler;
}

function on(methods: string, path: string, handle: Handler): Endpoint {
  return { methods: methods.split(','), path, handle };
}

/**
 * Everything that a script may ask; the first that fits. What is not here is not there: 404.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/
 */
const endpoints: readonly Endpoint[] = [
  on('GET,HEAD', '/_ping', ping),
  on('GET', '/version', version),
  on('GET', '/info', info),
  on('GET', '/events', streamEvents),
  on('GET', '/system/df', diskUsage),
  on('POST', '/auth', login),

  on('GET', '/containers/json', listContainers),
  on('POST', '/containers/create', createContainer),
  on('POST', '/containers/prune', pruneContainers),
  on('GET', '/containers/{ref}/json', inspectContainer),
  on('POST', '/containers/{ref}/start', startContainer),
  on('POST', '/containers/{ref}/stop', settling('stop')),
  on('POST', '/containers/{ref}/kill', settling('kill')),
  on('POST', '/containers/{ref}/restart', settling('restart')),
  on('POST', '/containers/{ref}/wait', waitForContainer),
  on('POST', '/containers/{ref}/rename', renameContainer),
  on('POST', '/containers/{ref}/update', updateContainer),
  on('GET', '/containers/{ref}/stats', statsOfContainer),
  on('POST', '/containers/{ref}/exec', createExec),
  ...['logs', 'top', 'changes', 'export'].map((action) =>
    on('GET', `/containers/{ref}/${action}`, passingContainer(action)),
  ),
  ...['resize', 'pause', 'unpause', 'attach'].map((action) =>
    on('POST', `/containers/{ref}/${action}`, passingContainer(action)),
  ),
  on('GET,HEAD,PUT', '/containers/{ref}/archive', passingContainer('archive')),
  on('DELETE', '/containers/{ref}', removeContainer),

  on('POST', '/exec/{ref}/start', passingExec('start')),
  on('POST', '/exec/{ref}/resize', passingExec('resize')),
  on('GET', '/exec/{ref}/json', passingExec('json')),

  on('GET', '/networks', listNetworks),
  on('POST', '/networks/create', createNetwork),
  on('POST', '/networks/prune', pruneNetworks),
  on('GET', '/networks/{ref}', inspectNetwork),
  on('DELETE', '/networks/{ref}', removeNetwork),
  on('POST', '/networks/{ref}/connect', joining('connect')),
  on('POST', '/networks/{ref}/disconnect', joining('disconnect')),

  on('GET', '/volumes', listVolumes),
  on('POST', '/volumes/create', createVolume),
  on('POST', '/volumes/prune', pruneVolumes),
  on('GET', '/volumes/{ref}', inspectVolume),
  on('DELETE', '/volumes/{ref}', removeVolume),

  on('GET', '/images/json', listImages),
  on('GET', '/images/get', saveImages),
  on('POST', '/images/load', loadImages),
  on('POST', '/images/create', pullImage),
  on('POST', '/images/prune', pruneImages),
  on('GET', '/images/{name}/json', inspectImage),
  on('GET', '/images/{name}/history', historyOfImage),
  on('GET', '/images/{name}/get', saveImages),
  on('POST', '/images/{name}/tag', tagImage),
  on('POST', '/images/{name}/push', pushImage),
  on('DELETE', '/images/{name}', removeImage),
  on('POST', '/commit', commitContainer),
  on('POST', '/build', buildImage),
  on('POST', '/build/prune', pruneBuilds),
  on('GET', '/distribution/{name}/json', passDistribution),

  on('GET', '/plugins', listPlugins),
  on('GET,POST,DELETE', '/plugins/{name}', plugin),
  ...['swarm', 'services', 'nodes', 'tasks', 'secrets', 'configs'].flatMap((noun) => [
    on('GET,POST', `/${noun}`, swarm),
    on('GET,POST,DELETE', `/${noun}/{name}`, swarm),
  ]),
];

const matchers = endpoints.map((endpoint) => ({
  ...endpoint,
  pattern: new RegExp(
    `^${endpoint.path.replace('{ref}', '(?<ref>[^/]+)').replace('{name}', '(?<ref>.+)')}$`,
    'u',
  ),
}));

export interface Found {
  readonly handle: Handler;
  readonly ref: string;
}

/** What answers a path, decoded and without version; absent when nothing does. */
export function findEndpoint(method: string, path: string): Found | undefined {
  for (const { methods, pattern, handle } of matchers) {
    const match = methods.includes(method) ? pattern.exec(path) : null;
    if (match !== null) return { handle, ref: match.groups?.['ref'] ?? '' };
  }
  return undefined;
}
