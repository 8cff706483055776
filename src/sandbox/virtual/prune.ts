import { setTimeout as pause } from 'node:timers/promises';
import { answer, answerChanged, ask, type Exchange, type Handler } from './exchange.ts';
import { filtersIn, renderFilters } from './filters.ts';
import { objectIn, textsIn } from './json-value.ts';
import type { EngineAnswer } from './engine-calls.ts';
import { USER_LABEL } from './session.ts';

/** The engine prunes for one client at a time, and tells the others so. */
const RETRY_MS = 50;
const PATIENCE_MS = 30_000;

async function prune(exchange: Exchange, path: string): Promise<EngineAnswer> {
  const filters = filtersIn(exchange.query);
  const label = [...(filters['label'] ?? []), `${USER_LABEL}=${exchange.session.id}`];
  const query = new URLSearchParams({ filters: renderFilters({ ...filters, label }) });
  const untilMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const pruned = await ask(exchange, { path, query, body: '' });
    if (pruned.status !== 409 || performance.now() > untilMs) return pruned;
    await pause(RETRY_MS);
  }
}

export const pruneContainers: Handler = async (exchange) => {
  const { session } = exchange;
  const pruned = await prune(exchange, '/containers/prune');
  for (const id of textsIn(objectIn(pruned.value)['ContainersDeleted'])) {
    session.objects.containers.remove(id);
    await session.ports.release(id);
  }
  answerChanged(exchange, pruned, pruned.value);
};

export const pruneVolumes: Handler = async (exchange) => {
  const pruned = await prune(exchange, '/volumes/prune');
  answerChanged(exchange, pruned, pruned.value);
};

export const pruneNetworks: Handler = async (exchange) => {
  const { session } = exchange;
  const pruned = await prune(exchange, '/networks/prune');
  for (const name of textsIn(objectIn(pruned.value)['NetworksDeleted'])) {
    const network = session.objects.networks.byName(name.replace(session.prefix, ''));
    if (network !== undefined) session.objects.networks.remove(network.id);
  }
  answerChanged(exchange, pruned, pruned.value);
};

/** Images and caches are shared with everybody: nothing of them is pruned. */
export const pruneImages: Handler = async (exchange) => {
  answer(exchange, 200, { ImagesDeleted: null, SpaceReclaimed: 0 });
  await Promise.resolve();
};

export const pruneBuilds: Handler = async (exchange) => {
  answer(exchange, 200, { CachesDeleted: null, SpaceReclaimed: 0 });
  await Promise.resolve();
};
