import { openSocketReader } from '../../../engine/sockets.ts';
import { exposedTcpPortsOf } from '../subject.ts';
import type { Trial } from '../trial.ts';
import type { RecordedPort } from './recording.ts';

/** Connections that the server closes are seen for a minute; those that the client closes, only while they stand. */
const EVERY_MS = 200;

/** Ports of a container, as they were seen until now. */
export interface PortWatch {
  /** One more look, and what was seen. */
  end(): Promise<readonly RecordedPort[]>;
}

interface Seen {
  isLoopback: boolean;
  readonly peers: Set<string>;
}

/** Looks again and again from now on; the container is up. */
export async function watchPorts(trial: Trial, containerId: string): Promise<PortWatch> {
  const reader = await openSocketReader(trial.scope.engine, containerId);
  const seen = new Map<number, Seen>();
  const over = new AbortController();
  const look = async (): Promise<void> => {
    for (const { protocol, port, isLoopback } of await reader.read()) {
      if (protocol !== 'tcp') continue;
      const known = seen.get(port);
      if (known === undefined) seen.set(port, { isLoopback, peers: new Set() });
      else known.isLoopback &&= isLoopback;
    }
    for (const { localPort, peer } of await reader.connections()) {
      seen.get(localPort)?.peers.add(peer);
    }
  };
  const looking = (async (): Promise<void> => {
    while (!over.signal.aborted) {
      await look();
      await trial.clock.sleep(EVERY_MS, over.signal).catch(() => undefined);
    }
  })();
  // Awaited at the end, where a failure counts.
  looking.catch(() => undefined);
  return {
    end: async () => {
      over.abort();
      try {
        await looking;
        await look();
      } finally {
        await reader[Symbol.asyncDispose]();
      }
      return toPorts(seen, exposedTcpPortsOf(trial.subject));
    },
  };
}

function toPorts(
  seen: ReadonlyMap<number, Seen>,
  exposed: readonly number[],
): readonly RecordedPort[] {
  return [...seen]
    .map(([port, { isLoopback, peers }]) => ({
      port,
      isLoopback,
      isExposed: exposed.includes(port),
      connections: peers.size,
    }))
    .toSorted((a, b) => a.port - b.port);
}
