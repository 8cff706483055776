import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, systemCodeOf } from '../../kernel/errors.ts';
import { SandboxError } from '../errors.ts';
import type { ContainerAddress } from '../script-network.ts';

/** Also when a script's connection comes in: it may have slept for less than the container needs. */
const DEFAULT_PATIENCE_MS = 15_000;
const STEP_MS = 25;

/** Connects to a container from this machine's network; see `ScriptNetwork.dial`. */
export async function dialDirectly(
  { ip, port }: ContainerAddress,
  patienceMs: number = DEFAULT_PATIENCE_MS,
): Promise<Socket> {
  const lastTryMs = performance.now() + patienceMs;
  for (;;) {
    try {
      return await connected(ip, port);
    } catch (cause) {
      if (systemCodeOf(cause) === 'ECONNREFUSED' && performance.now() < lastTryMs) {
        await delay(STEP_MS);
        continue;
      }
      throw new SandboxError(
        'SANDBOX_DIAL_FAILED',
        `Nothing answers at ${ip}:${String(port)}: ${messageOf(cause)}`,
        { cause },
      );
    }
  }
}

async function connected(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve();
    });
  });
  return socket;
}
