export interface Pairing<Need, Item> {
  /** Needs that no item of their own is left for. */
  readonly unmet: readonly Need[];
  /** Items that no need has taken. */
  readonly left: readonly Item[];
}

/**
 * Gives as many needs as possible an item of their own, each item to one need only.
 * @see https://en.wikipedia.org/wiki/Matching_(graph_theory)#In_unweighted_bipartite_graphs
 */
export function pairUp<Need, Item>(
  needs: readonly Need[],
  items: readonly Item[],
  suits: (need: Need, item: Item) => boolean,
): Pairing<Need, Item> {
  const fits = needs.map((need) =>
    items.flatMap((item, index) => (suits(need, item) ? [index] : [])),
  );
  /** Item to the need that has it. */
  const takenBy = new Map<number, number>();
  const give = (need: number, tried: Set<number>): boolean => {
    for (const item of fits[need] ?? []) {
      if (tried.has(item)) continue;
      tried.add(item);
      const holder = takenBy.get(item);
      if (holder === undefined || give(holder, tried)) {
        takenBy.set(item, need);
        return true;
      }
    }
    return false;
  };
  const unmet = needs.filter((_, need) => !give(need, new Set()));
  return { unmet, left: items.filter((_, index) => !takenBy.has(index)) };
}
