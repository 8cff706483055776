import { openSocketReader } from '../../engine/sockets.ts';
import type { ReadyResult } from '../../engine/readiness/contract.ts';
import { exposedTcpPortsOf } from './subject.ts';
import { sightPort } from './sockets-seen.ts';
import type { Trial } from './trial.ts';

/** So long nothing may change before the ports that are still closed count as closed for good. */
const UNCHANGED_MS = 10_000;
const PAUSE_MS = 250;

/**
 * Ready, when an image that says nothing but EXPOSE has opened some of its ports and leaves the others
 * closed: TLS without a certificate, a management port. Never resolves for other images.
 */
export async function awaitSomePorts(trial: Trial, containerId: string): Promise<ReadyResult> {
  const { clock, scope, signal, subject } = trial;
  const { profile, record } = subject.image;
  const ports = exposedTcpPortsOf(subject);
  const isDerived = profile.ready === undefined && record.config.healthcheck === undefined;
  if (!isDerived || ports.length < 2) return new Promise<never>(() => undefined);
  const startedMs = clock.monotonicMs();
  await using reader = await openSocketReader(scope.engine, containerId);
  let open = '';
  let changedMs = startedMs;
  for (;;) {
    const sockets = await reader.read();
    const now = ports.filter((port) => sightPort(sockets, port) === 'reachable').join(' ');
    if (now !== open) changedMs = clock.monotonicMs();
    open = now;
    const unchangedMs = clock.monotonicMs() - changedMs;
    if (open !== '' && unchangedMs >= UNCHANGED_MS) {
      return { state: 'ready', by: 'port', afterMs: clock.monotonicMs() - startedMs };
    }
    await clock.sleep(PAUSE_MS, signal);
  }
}
