import { totalmem, hostname, release } from 'node:os';
import type { z } from 'zod';
import type { Environment } from '../../host/environment.ts';
import type { Engine, EngineInfo } from '../contract.ts';
import { environmentOf, type DialTarget } from '../endpoint.ts';
import { EngineError } from '../errors.ts';
import { sharesKernel } from '../locality.ts';
import { readAnswer } from './answers.ts';
import { createContainers } from './containers.ts';
import { createImages } from './images.ts';
import { createObjects } from './objects.ts';
import { createLine, type EngineLine } from './request.ts';
import { createModem } from './transport.ts';
import { infoSchema, versionSchema } from './wire.ts';

/** Oldest API that has all we use: Docker 20.10. */
const OLDEST_API = '1.41';
/** Newest API that was tried; a newer engine is spoken to in this one. */
const NEWEST_API = '1.51';

export interface DockerEngineOptions {
  readonly target: DialTarget;
  /** Environment of the `ssh` program. */
  readonly env: Environment;
  /** Deadline of an ordinary call. */
  readonly timeoutMs: number;
  /** Deadline of the first two calls. */
  readonly handshakeMs: number;
}

/** Dials, reads version and info at the same time, and gives the engine in the contract's words. */
export async function connectDockerEngine(options: DockerEngineOptions): Promise<Engine> {
  const { target } = options;
  const modem = createModem(target, options.env);
  const first = createLine(modem, { target, prefix: '', deadlineMs: options.handshakeMs });
  const [version, info] = await Promise.all([
    first.json({ method: 'GET', path: '/version' }),
    first.json({ method: 'GET', path: '/info' }),
  ]);
  const engineInfo = await toEngineInfo(first, {
    version: readAnswer(versionSchema, version, 'GET /version'),
    info: readAnswer(infoSchema, info, 'GET /info'),
  });
  const line = createLine(modem, {
    target,
    prefix: `/v${engineInfo.apiVersion}`,
    deadlineMs: options.timeoutMs,
  });
  return Object.freeze({
    endpoint: Object.freeze({
      kind: target.kind,
      url: target.url,
      origin: target.origin,
      env: environmentOf(target),
    }),
    info: engineInfo,
    images: createImages(line),
    containers: createContainers(line, { publishAddress: publishAddressOf(target) }),
    objects: createObjects(line),
  });
}

interface Handshake {
  readonly version: z.output<typeof versionSchema>;
  readonly info: z.output<typeof infoSchema>;
}

async function toEngineInfo(
  { target }: EngineLine,
  { version, info }: Handshake,
): Promise<EngineInfo> {
  const isPodman = version.Components.some(({ Name }) => /podman/iu.test(Name));
  const isRootless = info.SecurityOptions.some((option) => option.includes('rootless'));
  const machine = {
    kernelVersion: info.KernelVersion,
    memoryBytes: info.MemTotal,
    hostName: info.Name,
  };
  const here = { kernelVersion: release(), memoryBytes: totalmem(), hostName: hostname() };
  return Object.freeze({
    product: isPodman ? 'podman' : 'docker',
    version: version.Version,
    apiVersion: negotiateApi(version, target),
    platform: Object.freeze({ os: version.Os || 'linux', architecture: version.Arch }),
    cpus: Math.max(1, info.NCPU),
    memoryBytes: info.MemTotal,
    store: storeOf(info),
    isRootless,
    hasUserNamespaces: info.SecurityOptions.some((option) => option.includes('userns')),
    isLocal:
      !isRootless &&
      target.socketPath !== undefined &&
      (await sharesKernel(target.socketPath, machine, here)),
  });
}

/** @throws {EngineError} ENGINE_TOO_OLD below Docker 20.10. */
function negotiateApi(
  version: Pick<z.output<typeof versionSchema>, 'Version' | 'ApiVersion' | 'MinAPIVersion'>,
  target: DialTarget,
): string {
  const { ApiVersion: offered, MinAPIVersion: oldest } = version;
  if (compareApi(offered, OLDEST_API) < 0) {
    throw new EngineError(
      'ENGINE_TOO_OLD',
      `The engine at ${target.url} is ${version.Version} with API ${offered}; at least API ${OLDEST_API} is needed`,
      { details: { version: version.Version, apiVersion: offered } },
    );
  }
  const wanted = compareApi(offered, NEWEST_API) < 0 ? offered : NEWEST_API;
  return oldest !== '' && compareApi(oldest, wanted) > 0 ? oldest : wanted;
}

function compareApi(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}

function storeOf(info: Handshake['info']): EngineInfo['store'] {
  const isContainerd = info.DriverStatus.some((row) =>
    row.join(' ').includes('io.containerd.snapshotter'),
  );
  return isContainerd ? 'containerd' : 'graph';
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);

/** Ports of an engine on another machine would be out of reach on its loopback address. */
function publishAddressOf(target: DialTarget): string {
  return target.host === undefined || LOOPBACK.has(target.host) ? '127.0.0.1' : '0.0.0.0';
}
