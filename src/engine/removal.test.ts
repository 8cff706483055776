import { expect, test } from 'vitest';
import type { EngineObject } from './contract.ts';
import { EngineError } from './errors.ts';
import { removeLabelled, removeObjects } from './removal.ts';

const objectOf = (kind: EngineObject['kind'], name: string): EngineObject => ({
  kind,
  id: name,
  name,
  labels: {},
});

/** An engine in memory: `refuse` says how often an object cannot be removed. */
function createStore(
  objects: readonly EngineObject[],
  refuse: Readonly<Record<string, number>> = {},
) {
  const left = new Map(objects.map((object) => [object.name, object]));
  const refusals = new Map(Object.entries(refuse));
  const removed: string[] = [];
  return {
    left,
    removed,
    list: () => Promise.resolve([...left.values()]),
    remove: ({ name }: EngineObject): Promise<void> => {
      const times = refusals.get(name) ?? 0;
      refusals.set(name, times - 1);
      if (times > 0) return Promise.reject(new EngineError('ENGINE_REFUSED_REQUEST', 'in use'));
      left.delete(name);
      removed.push(name);
      return Promise.resolve();
    },
  };
}

test('containers go before the networks and volumes that they use', async () => {
  const store = createStore([
    objectOf('network', 'n'),
    objectOf('volume', 'v'),
    objectOf('container', 'c1'),
    objectOf('container', 'c2'),
  ]);

  const remnants = await removeLabelled(store, ['run=1']);

  expect(remnants).toEqual([]);
  expect(store.removed.slice(0, 2).sort()).toEqual(['c1', 'c2']);
  expect(store.left.size).toBe(0);
});

test('what is in use for a moment is removed in a later pass', async () => {
  const store = createStore([objectOf('network', 'n'), objectOf('volume', 'v')], { n: 2, v: 4 });

  const remnants = await removeLabelled(store, ['run=1']);

  expect(remnants).toEqual([]);
});

test('an object that appears during the removal is removed too', async () => {
  const store = createStore([objectOf('container', 'early')]);
  const remove = async (object: EngineObject): Promise<void> => {
    await store.remove(object);
    if (object.name === 'early') store.left.set('late', objectOf('container', 'late'));
  };

  const remnants = await removeLabelled({ ...store, remove }, ['run=1']);

  expect(remnants).toEqual([]);
  expect(store.removed).toEqual(['early', 'late']);
});

test('without a label nothing is asked for and nothing removed: it would be everything', async () => {
  const store = createStore([objectOf('container', 'foreign')]);

  await expect(removeLabelled(store, [])).rejects.toThrow(TypeError);

  expect(store.removed).toEqual([]);
});

test('what stays after five passes is returned with its cause', async () => {
  const store = createStore([objectOf('volume', 'stuck'), objectOf('volume', 'free')], {
    stuck: 99,
  });

  const remnants = await removeObjects(store, [...store.left.values()]);

  expect(remnants).toMatchObject([
    { object: { name: 'stuck' }, cause: { code: 'ENGINE_REFUSED_REQUEST' } },
  ]);
  expect([...store.left.keys()]).toEqual(['stuck']);
});

test('an image that another one was made from goes after it, however long the chain', async () => {
  const chain = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const store = createStore([
    ...chain.map((name) => objectOf('image', name)),
    objectOf('container', 'c1'),
  ]);
  const remove = async (object: EngineObject): Promise<void> => {
    const child = chain[chain.indexOf(object.name) + 1] ?? 'c1';
    if (object.kind === 'image' && store.left.has(child)) throw new Error(`held by ${child}`);
    await store.remove(object);
  };

  const remnants = await removeLabelled({ list: store.list, remove }, ['run=1']);

  expect(remnants).toEqual([]);
  expect(store.removed).toEqual(['c1', ...chain.toReversed()]);
});
