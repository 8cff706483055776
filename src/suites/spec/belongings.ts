import type { Belongings } from './run-container.ts';
import type { Container } from './spec-container.ts';
import type { SpecSession } from './spec-session.ts';

const LOG_LINES = 30;

/** What one test makes on the engine, and its removal. */
export interface OpenBelongings extends Belongings {
  createNetwork(): Promise<string>;
  /** For people who look at a failed test: how each container is and what it printed last. */
  describe(): Promise<string>;
  /** Removes everything, containers first. */
  removeAll(): Promise<void>;
}

export function openBelongings(session: SpecSession): OpenBelongings {
  const { engine, scope } = session;
  const over = new AbortController();
  const containers = new Map<string, Container>();
  const volumes = new Set<string>();
  const networks = new Map<string, string>();
  return {
    session,
    signal: over.signal,
    createVolume: async () => {
      const name = await scope.createVolume('spec');
      volumes.add(name);
      return name;
    },
    createNetwork: async () => {
      const name = await session.nextName();
      networks.set(name, await engine.objects.createNetwork(name, scope.labels));
      return name;
    },
    keepContainer: (container) => void containers.set(container.id, container),
    dropContainer: (id) => void containers.delete(id),
    describe: async () => (await Promise.all([...containers.values()].map(describe))).join('\n'),
    removeAll: async () => {
      over.abort(new Error('The test is over'));
      await Promise.all([...containers.keys()].map((id) => engine.containers.remove(id)));
      await Promise.all([
        ...[...volumes].map((name) =>
          engine.objects.remove({ kind: 'volume', id: name, name, labels: {} }),
        ),
        ...[...networks].map(([name, id]) =>
          engine.objects.remove({ kind: 'network', id, name, labels: {} }),
        ),
      ]);
    },
  };
}

async function describe(container: Container): Promise<string> {
  const [state, logs] = await Promise.all([
    container.inspect(),
    container.logs({ tail: LOG_LINES }),
  ]);
  const end = state.isRunning ? '' : `, exit code ${String(state.exitCode)}`;
  const heading = `container ${container.name} (${state.status}${end})`;
  const text = logs.trimEnd();
  return text === '' ? `${heading} printed nothing` : `${heading} printed last:\n${text}`;
}
