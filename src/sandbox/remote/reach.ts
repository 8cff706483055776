import type { Duplex } from 'node:stream';
import type { Engine } from '../../engine/contract.ts';
import { identifyProcess } from '../../host/process-identity.ts';
import { networkNamespace } from '../../host/network-namespace.ts';
import { dialerOf } from '../engine-dial.ts';
import type { ContainerAddress } from '../script-network.ts';
import { dialContainer } from '../virtual/host-network.ts';
import { startAgent } from './agent-container.ts';
import type { Tunnel } from './tunnel.ts';

/** How connections come to the containers of an engine. */
export interface Reach {
  /** Absent as long as nothing was dialled. */
  readonly way: () => 'direct' | 'tunnel' | undefined;
  readonly dial: (address: ContainerAddress, patienceMs?: number) => Promise<Duplex>;
  /** Something will be dialled soon: what that takes may be made now. */
  readonly prepare: () => void;
  readonly close: () => Promise<void>;
}

export interface ReachOptions {
  readonly engine: Engine;
  /** On what has to be made on the engine. */
  readonly labels: Readonly<Record<string, string>>;
}

const PATIENCE_MS = 15_000;

/**
 * Containers of an engine on this machine are dialled. For others an agent goes onto the engine, at the first need; when
 * it finds itself in this very network, as with an engine that only listens on TCP, they are dialled all the same.
 * Addresses alone would not tell: the same one may be another container's here.
 */
export function openReach({ engine, labels }: ReachOptions): Reach {
  if (engine.info.isLocal) return directReach();
  let starting: Promise<Tunnel | 'direct'> | undefined;
  let way: 'direct' | 'tunnel' | undefined;
  const start = async (): Promise<Tunnel | 'direct'> => {
    const tunnel = await startAgent({ engine, dial: await dialerOf(engine.endpoint), labels });
    way = isHere(tunnel) ? 'direct' : 'tunnel';
    if (way === 'tunnel') return tunnel;
    tunnel.close();
    return 'direct';
  };
  const started = (): Promise<Tunnel | 'direct'> => {
    starting ??= start().catch((error: unknown) => {
      // The next caller tries again.
      starting = undefined;
      throw error;
    });
    return starting;
  };
  return {
    way: () => way,
    dial: async (address, patienceMs = PATIENCE_MS) => {
      const tunnel = await started();
      if (tunnel === 'direct') return await dialContainer(address, patienceMs);
      return await tunnel.open(address, patienceMs);
    },
    // Who dials is told what went wrong.
    prepare: () => void started().catch(() => undefined),
    close: async () => {
      const tunnel = await starting?.catch(() => undefined);
      if (tunnel !== undefined && tunnel !== 'direct') tunnel.close();
    },
  };
}

function directReach(): Reach {
  let way: 'direct' | undefined;
  return {
    way: () => way,
    dial: async (address, patienceMs) => {
      way = 'direct';
      return await dialContainer(address, patienceMs);
    },
    prepare: () => undefined,
    close: () => Promise.resolve(),
  };
}

function isHere({ place }: Tunnel): boolean {
  return (
    place.bootId !== '' &&
    place.bootId === identifyProcess().bootId &&
    place.networkNamespace === networkNamespace()
  );
}
