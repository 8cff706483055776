import { openSocketReader } from '../../engine/sockets.ts';
import { exposedTcpPortsOf } from './subject.ts';
import { sightPort } from './sockets-seen.ts';
import type { Trial } from './trial.ts';

/** So long nothing may change before the ports that are still closed count as closed for good. */
const UNCHANGED_MS = 10_000;
const PAUSE_MS = 250;

export interface SomePorts {
  readonly state: 'some';
  readonly open: readonly number[];
  readonly closed: readonly number[];
}

/**
 * Ready, when an image that says nothing but EXPOSE has opened some of its ports and leaves the others
 * closed: TLS without a certificate, a management port. Never resolves for other images.
 */
export async function awaitSomePorts(trial: Trial, containerId: string): Promise<SomePorts> {
  const { clock, scope, signal, subject } = trial;
  const { profile, record } = subject.image;
  const ports = exposedTcpPortsOf(subject);
  const isDerived = profile.ready === undefined && record.config.healthcheck === undefined;
  if (!isDerived || ports.length < 2) return new Promise<never>(() => undefined);
  await using reader = await openSocketReader(scope.engine, containerId);
  let before = '';
  let changedMs = clock.monotonicMs();
  for (;;) {
    const sockets = await reader.read();
    const open = ports.filter((port) => sightPort(sockets, port) === 'reachable');
    const nowMs = clock.monotonicMs();
    if (open.join() !== before) changedMs = nowMs;
    before = open.join();
    if (open.length > 0 && nowMs - changedMs >= UNCHANGED_MS) {
      return { state: 'some', open, closed: ports.filter((port) => !open.includes(port)) };
    }
    await clock.sleep(PAUSE_MS, signal);
  }
}
