import type { Probe, ProbeContext } from './contract.ts';

/** Events may be lost while the line to them is being opened, so the state is asked for now and then too. */
const SAFETY_MS = 500;

export function healthProbe(): Probe {
  return { kind: 'health', waitsFor: 'the health check to say healthy', wait };
}

async function wait(context: ProbeContext): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  try {
    await Promise.race([watchEvents(context, signal), askNowAndThen(context, signal)]);
  } finally {
    over.abort();
  }
}

async function watchEvents(
  { engine, containerId }: ProbeContext,
  signal: AbortSignal,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onEvent = (action: string): void => {
      if (action === 'health_status: healthy') resolve();
    };
    // When the stream of events ends, the other way goes on.
    engine.objects.watch(containerId, onEvent, signal).catch(reject);
  });
}

async function askNowAndThen(context: ProbeContext, signal: AbortSignal): Promise<void> {
  for (;;) {
    const health = (await context.engine.containers.inspect(context.containerId))?.health;
    if (health?.status === 'healthy') return;
    if (health !== undefined) context.saw(`the health check says ${health.status}`);
    await context.clock.sleep(SAFETY_MS, signal);
  }
}
