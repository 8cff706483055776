import { closeSync, openSync, readSync } from 'node:fs';
import type { ContainerState, Engine } from './contract.ts';
import { EngineError } from './errors.ts';
import { labelsOf } from './labels.ts';
import { whereabouts } from './owner.ts';
import { ensureProbeImage } from './probe-image.ts';
import {
  parseConnections,
  parseSocketTable,
  socketTables,
  type Connection,
  type Socket,
  type SocketTable,
} from './socket-table.ts';

/** Reads the sockets of one container again and again. Disposing it removes what it needed for that. */
export interface SocketReader extends AsyncDisposable {
  /** None when the container is down. */
  read(): Promise<readonly Socket[]>;
  /** What is connected, or was a moment ago. None when the container is down. */
  connections(): Promise<readonly Connection[]>;
}

/** How the tables of one container are had, in the order of `socketTables`; empty when it is down. */
interface Tables extends AsyncDisposable {
  read(): Promise<readonly string[]>;
}

/**
 * What a container listens on, read from its network namespace, so that an image without a shell works too.
 * @throws {EngineError} ENGINE_NO_PROBE when the engine is elsewhere and there is no way to look into it.
 */
export async function listeningSockets(
  engine: Engine,
  containerId: string,
): Promise<readonly Socket[]> {
  await using reader = await openSocketReader(engine, containerId);
  return await reader.read();
}

/** @throws {EngineError} ENGINE_NO_PROBE as `listeningSockets`. */
export async function openSocketReader(engine: Engine, containerId: string): Promise<SocketReader> {
  const tables = await openTables(engine, containerId);
  return {
    read: async () => parseEach(await tables.read(), parseSocketTable),
    connections: async () => parseEach(await tables.read(), parseConnections),
    [Symbol.asyncDispose]: async () => await tables[Symbol.asyncDispose](),
  };
}

async function openTables(engine: Engine, containerId: string): Promise<Tables> {
  const state = await engine.containers.inspect(containerId);
  if (state?.isRunning !== true) return nothingToRead;
  if (engine.info.isLocal && readLocally(state) !== undefined) {
    return localReader(engine, state);
  }
  const probe = await ensureProbeImage(engine);
  if (probe !== undefined) return await sidecarReader(engine, containerId, probe);
  return await insideReader(engine, containerId);
}

const nothingToRead: Tables = Object.freeze({
  read: () => Promise.resolve([]),
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

function localReader(engine: Engine, first: ContainerState): Tables {
  let state = first;
  return {
    read: async () => {
      const texts = readLocally(state);
      if (texts !== undefined) return texts;
      // It went down, or was started again with another process id.
      const now = await engine.containers.inspect(state.id);
      if (now?.isRunning !== true) return [];
      state = now;
      return readLocally(now) ?? [];
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/**
 * Absent when the process is not, or no longer, the container's: a process id may be used again between two reads, so
 * its cgroup is asked before and after.
 */
function readLocally({ id, pid }: ContainerState): readonly string[] | undefined {
  const folder = `/proc/${String(pid)}`;
  try {
    if (!belongsTo(folder, id)) return undefined;
    const texts = socketTables.map((table) => readTable(folder, table));
    return belongsTo(folder, id) ? texts : undefined;
  } catch {
    // The process ended, or this user may not look at it.
    return undefined;
  }
}

function belongsTo(folder: string, containerId: string): boolean {
  return readPages(`${folder}/cgroup`).includes(containerId);
}

/** A kernel without IPv6 has no tcp6 and udp6. */
function readTable(folder: string, table: string): string {
  try {
    return readPages(`${folder}/net/${table}`);
  } catch (error) {
    if (table.endsWith('6')) return '';
    throw error;
  }
}

/** The kernel gives out whole rows of less than 256 bytes, a page of at least 4096 bytes at a time. */
const LAST_PAGE_BYTES = 4096 - 256;
const BUFFER_BYTES = 16_384;

/**
 * Reads a file of `/proc` in place: no disk is waited for, and a trip to the thread pool costs more than the read. It
 * does not ask for the end of a table, because for each read, the last one too, the kernel walks through all
 * connections of the machine; that would be most of the cost of waiting for a port.
 */
function readPages(path: string): string {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
    let text = '';
    for (;;) {
      const length = readSync(file, buffer);
      text += buffer.toString('latin1', 0, length);
      if (length < LAST_PAGE_BYTES) return text;
    }
  } finally {
    closeSync(file);
  }
}

function parseEach<Row>(
  texts: readonly string[],
  parse: (text: string, table: SocketTable) => readonly Row[],
): readonly Row[] {
  return socketTables.flatMap((table, index) => parse(texts[index] ?? '', table));
}

const MARK = '-- seatrial --';
const TABLE_PATHS = socketTables.map((table) => `/proc/net/${table}`);
const READ_ALL = TABLE_PATHS.map((path) => `cat ${path} 2>/dev/null; echo '${MARK}'`).join('; ');
/** A sidecar whose process was killed ends by itself. */
const SIDECAR_LIFE_S = '900';

async function sidecarReader(
  engine: Engine,
  containerId: string,
  probeImage: string,
): Promise<Tables> {
  const labels = labelsOf({ runId: 'probe', here: whereabouts(), createdAt: new Date() });
  const sidecar = await engine.containers.create({
    image: probeImage,
    name: `seatrial-probe-${containerId.slice(0, 12)}-${crypto.randomUUID().slice(0, 8)}`,
    labels,
    network: `container:${containerId}`,
    command: ['/bin/sleep', SIDECAR_LIFE_S],
  });
  const remove = (): Promise<void> => engine.containers.remove(sidecar);
  try {
    await engine.containers.start(sidecar);
  } catch (error) {
    await remove();
    const state = await engine.containers.inspect(containerId);
    if (state?.isRunning !== true) return nothingToRead;
    throw error;
  }
  return {
    read: async () => {
      const { stdout } = await engine.containers.exec(sidecar, { argv: ['sh', '-c', READ_ALL] });
      return stdout.split(`${MARK}\n`);
    },
    [Symbol.asyncDispose]: remove,
  };
}

/** The last way: the container's own `cat`. */
async function insideReader(engine: Engine, containerId: string): Promise<Tables> {
  const read = async (): Promise<readonly string[] | undefined> => {
    const texts = await Promise.all(
      TABLE_PATHS.map(async (path) => {
        const argv = ['cat', path];
        const result = await engine.containers.exec(containerId, { argv, user: '0' });
        return result.exitCode === 126 || result.exitCode === 127 ? undefined : result.stdout;
      }),
    );
    return texts.every((text) => text !== undefined) ? texts : undefined;
  };
  if ((await read()) === undefined) {
    throw new EngineError(
      'ENGINE_NO_PROBE',
      `The sockets of container ${containerId.slice(0, 12)} cannot be read: the engine at ${engine.endpoint.url} is not on this machine, there is no static busybox here, and the image has no \`cat\``,
    );
  }
  return {
    read: async () => (await read()) ?? [],
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
