import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { portOf } from '../../host/port-of.ts';
import { SandboxError } from '../errors.ts';
import type { ContainerAddress, ScriptNetwork } from '../script-network.ts';
import { ApiRefusal } from './api-refusal.ts';
import type { CallRecord } from './call-record.ts';
import { listIn, objectIn, textIn } from './json-value.ts';
import type { OwnContainer } from './own-objects.ts';

/** Where one port of a container can be reached, in the engine's words. */
export interface PortBinding {
  readonly HostIp: string;
  readonly HostPort: string;
}

/**
 * Ports are never published on the engine: they are held open in the script's own network, and lead to the address
 * that the container has at the time.
 */
export interface PublishedPorts {
  /**
   * Opens what a container asked for, unless it is open. @throws {ApiRefusal} 500 in Docker's words when a port is held
   */
  open(container: OwnContainer): Promise<void>;
  /** Closes a container's ports. They are free when it returns. */
  release(id: string): Promise<void>;
  /** Brings a container's ports into the state that it is in itself. One at a time for each container. */
  settle(container: OwnContainer): Promise<void>;
  /** Open ports, `8000/tcp` to bindings. Empty for a container that does not run. */
  shownOf(id: string): Readonly<Record<string, readonly PortBinding[]>>;
  close(): Promise<void>;
}

export interface PublishedPortsOptions {
  readonly network: ScriptNetwork;
  readonly patienceMs: number | undefined;
  /** Address of a container that runs; absent when it does not. */
  readonly addressOf: (id: string) => Promise<string | undefined>;
  /** Told when the first port opens: from then on, deaths must be watched for. */
  readonly onFirst: () => void;
  readonly record: (call: CallRecord) => void;
}

/** One listening socket. */
interface Held {
  /** `8000/tcp`. */
  readonly port: string;
  readonly shown: readonly PortBinding[];
  readonly server: Server;
  readonly sockets: Set<Duplex>;
}

interface Gate {
  held: readonly Held[];
  /** Absent until the container runs: connections wait for it. */
  ip: string | undefined;
  whenAimed: (() => void)[];
}

/** What is on its way when a container ends may still arrive. */
const GRACE_MS = 1000;

export function publishedPorts(options: PublishedPortsOptions): PublishedPorts {
  const gates = new Map<string, Gate>();
  const queues = new Map<string, Promise<void>>();
  const owners = new Map<string, OwnContainer>();
  let isWatched = false;

  const inTurn = async (id: string, work: () => Promise<void>): Promise<void> => {
    const before = queues.get(id) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(work);
    queues.set(id, mine);
    try {
      await mine;
    } finally {
      if (queues.get(id) === mine) queues.delete(id);
    }
  };

  const closeGate = (id: string): void => {
    const gate = gates.get(id);
    if (gate === undefined) return;
    gates.delete(id);
    owners.delete(id);
    for (const go of gate.whenAimed) go();
    for (const held of gate.held) closeHeld(held);
  };

  const aim = async (id: string): Promise<void> => {
    const gate = gates.get(id);
    if (gate === undefined) return;
    const ip = await options.addressOf(id);
    if (ip === undefined) return closeGate(id);
    gate.ip = ip;
    const waiting = gate.whenAimed;
    gate.whenAimed = [];
    for (const go of waiting) go();
  };

  const ipOf = async (gate: Gate): Promise<string | undefined> => {
    if (gate.ip === undefined) {
      await new Promise<void>((resolve) => {
        gate.whenAimed.push(resolve);
      });
    }
    return gate.ip;
  };

  const listen = async (container: OwnContainer, wish: PortWish): Promise<Held> => {
    const sockets = new Set<Duplex>();
    for (const [index, port] of wish.hostPorts.entries()) {
      try {
        const server = await options.network.listen({ host: wish.host, port });
        server.on('connection', (socket) => {
          const gate = gates.get(container.id);
          if (gate === undefined) socket.destroy();
          else
            void join({ socket, sockets, gate, port: wish.port, id: container.id }, ipOf, options);
        });
        return {
          port: wish.port,
          shown: shownBindings(wish.host, portOf(server)),
          server,
          sockets,
        };
      } catch (error) {
        const isHeld = error instanceof SandboxError && error.code === 'SANDBOX_PORT_HELD';
        if (!isHeld) throw error;
        if (index === wish.hostPorts.length - 1) throw heldBy(container, wish.host, port);
      }
    }
    throw new ApiRefusal(400, `invalid port specification for ${wish.port}`);
  };

  const openAll = async (container: OwnContainer): Promise<void> => {
    if (gates.has(container.id)) return;
    const wishes = wishesOf(container);
    if (wishes.length === 0) return;
    if (!isWatched) options.onFirst();
    isWatched = true;
    const held: Held[] = [];
    gates.set(container.id, { held, ip: undefined, whenAimed: [] });
    owners.set(container.id, container);
    try {
      for (const wish of wishes) held.push(await listen(container, wish));
    } catch (error) {
      closeGate(container.id);
      throw error;
    }
  };

  const settle = async (container: OwnContainer): Promise<void> =>
    await inTurn(container.id, async () => {
      const ip = await options.addressOf(container.id);
      if (ip === undefined) return closeGate(container.id);
      await openAll(container);
      await aim(container.id);
    });

  return {
    open: async (container) =>
      await inTurn(container.id, async () => {
        try {
          await openAll(container);
        } catch (error) {
          if (!(error instanceof ApiRefusal) || owners.size === 0) throw error;
          // Its holder may have died a moment ago, and nobody was told yet.
          const others = [...owners.values()].filter(({ id }) => id !== container.id);
          await Promise.all(others.map(settle));
          await openAll(container);
        }
      }),
    release: async (id) => await inTurn(id, async () => closeGate(id)),
    settle,
    shownOf: (id) => {
      const shown: Record<string, PortBinding[]> = {};
      for (const { port, shown: bindings } of gates.get(id)?.held ?? []) {
        (shown[port] ??= []).push(...bindings);
      }
      return shown;
    },
    close: async () => {
      const held = [...gates.values()].flatMap((gate) => gate.held);
      for (const id of gates.keys()) closeGate(id);
      for (const { sockets } of held) for (const socket of sockets) socket.destroy();
      await options.network.close();
    },
  };
}

interface Joined {
  readonly socket: Socket;
  readonly sockets: Set<Duplex>;
  readonly gate: Gate;
  readonly port: string;
  readonly id: string;
}

/** Joins a connection with the container, once it listens. */
async function join(
  { socket, sockets, gate, port, id }: Joined,
  ipOf: (gate: Gate) => Promise<string | undefined>,
  { network, patienceMs, record }: PublishedPortsOptions,
): Promise<void> {
  const startedAt = new Date().toISOString();
  const startedMs = performance.now();
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  socket.on('error', () => socket.destroy());
  socket.setNoDelay(true);
  const ip = await ipOf(gate);
  if (ip === undefined) return reset(socket);
  let container: Duplex;
  const aimedMs = performance.now();
  try {
    const address: ContainerAddress = { ip, port: Number.parseInt(port, 10) };
    container = await network.dial(address, patienceMs);
  } catch {
    // The record says how long it was tried; whoever dialled says why to nobody, as docker-proxy does.
    record(recordOf({ port, id, startedAt, startedMs }, performance.now() - aimedMs));
    return reset(socket);
  }
  const dialMs = performance.now() - aimedMs;
  sockets.add(container);
  container.once('close', () => {
    sockets.delete(container);
    socket.destroySoon();
    record({
      ...recordOf({ port, id, startedAt, startedMs }, dialMs),
      bytesUp: socket.bytesRead,
      bytesDown: socket.bytesWritten,
    });
  });
  container.on('error', () => {
    reset(socket);
    container.destroy();
  });
  socket.once('close', () => {
    if (!container.writableEnded) container.destroy();
  });
  if (socket.destroyed) container.destroy();
  socket.pipe(container);
  container.pipe(socket);
}

function recordOf(
  at: {
    readonly port: string;
    readonly id: string;
    readonly startedAt: string;
    readonly startedMs: number;
  },
  dialMs: number,
): CallRecord {
  return {
    kind: 'port',
    startedAt: at.startedAt,
    method: 'CONNECT',
    path: at.port,
    query: '',
    container: at.id,
    durationMs: performance.now() - at.startedMs,
    dialMs,
  };
}

/** As docker-proxy ends a connection to a port that nobody listens on. */
function reset(socket: Socket): void {
  if (socket.destroyed) return;
  socket.resetAndDestroy();
}

interface PortWish {
  readonly port: string;
  readonly host: string;
  /** The first free one is taken; 0 is any. */
  readonly hostPorts: readonly number[];
}

function wishesOf({ ask }: OwnContainer): readonly PortWish[] {
  const asked = Object.entries(ask.portBindings).flatMap(([port, bindings]) => {
    const named = port.includes('/') ? port : `${port}/tcp`;
    const list = listIn(bindings);
    return (list.length === 0 ? [{}] : list).map((binding) => ({
      port: named,
      host: textIn(objectIn(binding)['HostIp']) || '0.0.0.0',
      hostPorts: rangeOf(textIn(objectIn(binding)['HostPort'])),
    }));
  });
  if (!ask.isPublishAll) return asked;
  const isAsked = new Set(asked.map(({ port }) => port));
  const rest = ask.exposed.filter((port) => !isAsked.has(port) && port.endsWith('/tcp'));
  return [...asked, ...rest.map((port) => ({ port, host: '0.0.0.0', hostPorts: [0] }))];
}

/** `8000`, `8000-8010`, or nothing for any. */
function rangeOf(text: string): readonly number[] {
  if (text === '') return [0];
  const [from = 0, to = from] = text.split('-').map(Number);
  return Array.from({ length: Math.max(1, to - from + 1) }, (_, index) => from + index);
}

function shownBindings(host: string, port: number): readonly PortBinding[] {
  const HostPort = String(port);
  if (host !== '0.0.0.0') return [{ HostIp: host, HostPort }];
  return [
    { HostIp: '0.0.0.0', HostPort },
    { HostIp: '::', HostPort },
  ];
}

function heldBy({ name, id }: OwnContainer, host: string, port: number): ApiRefusal {
  return new ApiRefusal(
    500,
    `driver failed programming external connectivity on endpoint ${name} (${id}): Bind for ${host}:${String(port)} failed: port is already allocated`,
  );
}

function closeHeld({ server, sockets }: Held): void {
  const timer = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, GRACE_MS);
  timer.unref();
  if (!server.listening) return;
  // `close` is told when the last connection has ended; the port is free at once.
  server.close();
}
