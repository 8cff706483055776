import type { Duplex, Readable, Writable } from 'node:stream';
import { SandboxError } from '../errors.ts';
import type { ContainerAddress } from '../script-network.ts';
import {
  createFrameReader,
  createOutputReader,
  frameHead,
  frameTypes,
  type Frame,
} from './frames.ts';
import { createTunnelStream, type TunnelStream } from './tunnel-stream.ts';

/** Both directions of the agent's stdin and stdout. */
export interface TunnelLink {
  readonly input: Readable;
  readonly output: Writable;
  /** Whether `input` has the frames that an engine puts around the output of a container. */
  readonly isContainer: boolean;
}

/** Where an agent is. */
export interface AgentPlace {
  readonly bootId: string;
  /** As the kernel says it: `net:[4026531840]`. */
  readonly networkNamespace: string;
}

/** Many connections in one. */
export interface Tunnel {
  readonly place: AgentPlace;
  /** As `ScriptNetwork.dial`. */
  open(address: ContainerAddress, patienceMs: number): Promise<Duplex>;
  /** Ends the agent, and all connections with it. */
  close(): void;
}

const PING_MS = 5000;

/** Waits for the agent's first words. Rejects when the link ends before. */
export async function openTunnel({ input, output, isContainer }: TunnelLink): Promise<Tunnel> {
  const streams = new Map<number, TunnelStream>();
  const opening = new Map<number, (error?: Error) => void>();
  let onDrained: (() => void)[] = [];
  let count = 0;
  let failure: Error | undefined;
  let greet: ((place: AgentPlace) => void) | undefined;

  const send = (type: number, id: number, payload: Buffer = Buffer.alloc(0)): boolean => {
    if (failure !== undefined) return true;
    output.cork();
    output.write(frameHead(type, id, payload.length));
    const isDrained = output.write(payload);
    process.nextTick(() => output.uncork());
    return isDrained;
  };
  const receivers: Readonly<Record<number, (id: number, payload: Buffer) => void>> = {
    [frameTypes.hello]: (_, payload) => greet?.(placeIn(payload)),
    [frameTypes.opened]: (id) => opening.get(id)?.(),
    [frameTypes.data]: (id, payload) => streams.get(id)?.onData(payload),
    [frameTypes.end]: (id) => streams.get(id)?.onEnd(),
    [frameTypes.window]: (id, payload) => streams.get(id)?.onWindow(payload.readUInt32BE()),
    [frameTypes.reset]: (id, payload) => {
      const error = errorOf(payload.readUInt32BE());
      opening.get(id)?.(error);
      streams.get(id)?.onReset(error);
    },
  };
  const receive = ({ type, stream, payload }: Frame): void => receivers[type]?.(stream, payload);
  const fail = (error: Error): void => {
    failure ??= error;
    clearInterval(ping);
    for (const settle of opening.values()) settle(failure);
    for (const each of streams.values()) each.onReset(failure);
    output.destroy();
  };
  const ping = setInterval(() => send(frameTypes.ping, 0), PING_MS).unref();

  const greeting = new Promise<AgentPlace>((resolve, reject) => {
    greet = resolve;
    input.once('close', () => reject(new Error('the agent ended before it said anything')));
  });
  const reader = createFrameReader(receive);
  input.on('data', isContainer ? createOutputReader(reader) : reader);
  output.on('drain', () => {
    const waiting = onDrained;
    onDrained = [];
    for (const then of waiting) then();
  });
  for (const side of [input, output]) side.on('error', fail);
  input.once('close', () => fail(new Error('the connection to the agent is gone')));

  const place = await greeting;
  return {
    place,
    open: async ({ ip, port }, patienceMs) => {
      const id = (count += 1);
      const tunnelStream = createTunnelStream({
        send: (type, payload) => send(type, id, payload),
        onceDrained: (then) => onDrained.push(then),
        forget: () => streams.delete(id),
      });
      streams.set(id, tunnelStream);
      const { stream } = tunnelStream;
      // What goes wrong before it is open is told by the promise alone.
      stream.on('error', ignore);
      try {
        await new Promise<void>((resolve, reject) => {
          opening.set(id, (error) => (error === undefined ? resolve() : reject(error)));
          if (failure !== undefined) reject(failure);
          send(
            frameTypes.open,
            id,
            Buffer.from(`${ip} ${String(port)} ${String(Math.round(patienceMs))}`),
          );
        });
      } catch (cause) {
        streams.delete(id);
        throw new SandboxError('SANDBOX_DIAL_FAILED', `Nothing answers at ${ip}:${String(port)}`, {
          cause,
        });
      } finally {
        opening.delete(id);
      }
      stream.off('error', ignore);
      return stream;
    },
    close: () => {
      // Whoever closes it wants no connection of it: that is no failure of theirs.
      for (const { stream } of streams.values()) stream.destroy();
      fail(new Error('the tunnel was closed'));
    },
  };
}

function ignore(): void {
  // See where it is used.
}

function placeIn(payload: Buffer): AgentPlace {
  const [bootId = '', networkNamespace = ''] = payload.toString().split(' ');
  return { bootId, networkNamespace };
}

/** Of Linux, whatever this machine is. @see https://man7.org/linux/man-pages/man3/errno.3.html */
const LINUX_ERRORS: Readonly<Record<number, string>> = {
  24: 'EMFILE',
  32: 'EPIPE',
  101: 'ENETUNREACH',
  104: 'ECONNRESET',
  110: 'ETIMEDOUT',
  111: 'ECONNREFUSED',
  113: 'EHOSTUNREACH',
};

function errorOf(number: number): Error {
  const code = LINUX_ERRORS[number] ?? `error ${String(number)}`;
  return Object.assign(new Error(`the connection ended there: ${code}`), { code });
}
