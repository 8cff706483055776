import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../host/environment.ts';
import { isThere } from '../host/files.ts';
import { currentContextOf, loadContext, loadTls } from './contexts.ts';
import type { Engine } from './contract.ts';
import { connectDockerEngine } from './docker/engine.ts';
import { parseEngineAddress, type DialTarget } from './endpoint.ts';
import { EngineError } from './errors.ts';

export interface ConnectOptions {
  readonly env: Environment;
  /** Address that wins over everything else, as in DOCKER_HOST. */
  readonly host?: string | undefined;
  /** Where `.docker` is. @default the user's home folder */
  readonly homeFolder?: string | undefined;
  /** Deadline of an ordinary call. @default 60000 */
  readonly timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 60_000;
/** Version and info are read within this time, or the engine counts as unreachable. */
const HANDSHAKE_MS = 10_000;
const DEFAULT_SOCKET = '/var/run/docker.sock';

/**
 * Finds the engine as the Docker CLI does, then podman's sockets, and shakes hands with it.
 * @throws {EngineError} ENGINE_SOCKET_ABSENT, ENGINE_FORBIDDEN, ENGINE_UNREACHABLE, ENGINE_TOO_OLD or
 * ENGINE_CONTEXT_INVALID, each with the address and where it came from.
 */
export async function connectEngine(options: ConnectOptions): Promise<Engine> {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  return await connectDockerEngine({
    target: await findEngine(options),
    env: options.env,
    timeoutMs,
    handshakeMs: Math.min(timeoutMs, HANDSHAKE_MS),
  });
}

/** Where the engine is, without dialling it. */
export async function findEngine(options: ConnectOptions): Promise<DialTarget> {
  const { env } = options;
  if (options.host) return await fromAddress(options.host, 'the given host', env);
  if (env['DOCKER_HOST']) return await fromAddress(env['DOCKER_HOST'], 'DOCKER_HOST', env);
  const configFolder =
    env['DOCKER_CONFIG'] || join(options.homeFolder ?? env['HOME'] ?? homedir(), '.docker');
  const named = env['DOCKER_CONTEXT'];
  if (named && named !== 'default') return await loadContext(configFolder, named, 'DOCKER_CONTEXT');
  const current = named ? undefined : await currentContextOf(configFolder);
  if (current !== undefined) return await loadContext(configFolder, current, 'config.json');
  return await findSocket(env);
}

async function fromAddress(address: string, origin: string, env: Environment): Promise<DialTarget> {
  const isVerified = Boolean(env['DOCKER_TLS_VERIFY']);
  const folder = env['DOCKER_CERT_PATH'];
  const isTls = isVerified || Boolean(env['DOCKER_TLS']);
  const material = isTls && folder ? await loadTls(folder, isVerified) : undefined;
  return parseEngineAddress(address, origin, isTls ? (material ?? { isVerified }) : undefined);
}

async function findSocket(env: Environment): Promise<DialTarget> {
  const runtimeFolder = env['XDG_RUNTIME_DIR'];
  const places = [
    { path: DEFAULT_SOCKET, origin: 'default socket' },
    ...(runtimeFolder
      ? [
          { path: join(runtimeFolder, 'docker.sock'), origin: 'rootless socket' },
          { path: join(runtimeFolder, 'podman', 'podman.sock'), origin: 'podman socket' },
        ]
      : []),
    { path: '/run/podman/podman.sock', origin: 'podman socket' },
  ];
  for (const { path, origin } of places) {
    if (await isThere(path)) return parseEngineAddress(`unix://${path}`, origin);
  }
  throw new EngineError(
    'ENGINE_SOCKET_ABSENT',
    `No container engine was found: DOCKER_HOST is not set and there is no socket at ${places.map(({ path }) => path).join(', ')}`,
  );
}
