import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dialerOf } from '../engine-dial.ts';
import { bindMap } from './bind-map.ts';
import { summarize, type CallRecord } from './call-record.ts';
import { addressOf } from './container-calls.ts';
import type { Leftovers, VirtualEngine, VirtualEngineOptions } from './contract.ts';
import { watchDeaths } from './death-watch.ts';
import { engineCalls } from './engine-calls.ts';
import { createFront } from './front.ts';
import { imageNames } from './image-names.ts';
import { ownObjects } from './own-objects.ts';
import { createPolicy } from './policy.ts';
import { publishedPorts } from './published-ports.ts';
import { SESSION_LABEL, USER_LABEL, type Session } from './session.ts';
import { listenAtSocket, socketPlaceIn } from './socket-server.ts';
import { teardown } from './teardown.ts';

/**
 * Opens a private socket that any Docker client takes for an engine with nothing on it: what is made through it is on the
 * real engine, under names and labels of its own, and nothing else on that engine can be seen or changed.
 * @throws {SandboxError} SANDBOX_SOCKET_PATH_TOO_LONG, SANDBOX_SOCKET_FAILED, SANDBOX_ENDPOINT_UNSUPPORTED
 */
export async function openVirtualEngine(options: VirtualEngineOptions): Promise<VirtualEngine> {
  const id = options.session ?? randomBytes(4).toString('hex');
  const prefix = `seatrial-${id}-`;
  const dial = await dialerOf(options.endpoint);
  const place = await socketPlaceIn(options.folder);
  const calls = engineCalls(dial);
  const records: CallRecord[] = [];
  const record = (call: CallRecord): void => {
    records.push(call);
    options.record?.(call);
  };
  const stop = new AbortController();
  const ports = publishedPorts({
    network: options.network,
    patienceMs: options.patienceMs,
    addressOf: addressOf(calls),
    onFirst: () => watch(),
    record,
  });
  const session: Session = {
    id,
    prefix,
    labels: { ...options.labels, [SESSION_LABEL]: id, [USER_LABEL]: id },
    calls,
    objects: ownObjects(),
    images: imageNames(id, options.aliases),
    ports,
    binds: bindMap(options.binds ?? [], { own: place.path, engineUrl: options.endpoint.url }),
    carrier: options.carry?.({ labels: { ...options.labels, [SESSION_LABEL]: id }, prefix }),
    removedAtEnd: new Set(),
    policy: createPolicy(options.allow),
    socketPath: place.path,
  };
  let watching: Promise<void> | undefined;
  const watch = (): void => void (watching ??= watchDeaths(session, stop.signal));
  // Files come back from a container that ends by itself, also when it published nothing.
  if (session.carrier !== undefined) watch();
  const front = createFront({ session, dial, record });
  await listenAtSocket(front.server, place);
  let closing: Promise<Leftovers> | undefined;
  const close = async (): Promise<Leftovers> => {
    // First the door is closed, so that nothing new appears while the rest is removed.
    await front.close();
    stop.abort();
    await ports.close();
    try {
      return await teardown(session);
    } finally {
      calls.close();
      await rm(place.folder, { recursive: true, force: true });
    }
  };
  return {
    session: id,
    socketPath: place.path,
    env: { DOCKER_HOST: `unix://${place.path}` },
    summary: () => summarize(records),
    close: async () => await (closing ??= close()),
  };
}
