/** A few things that tests take turns with. One that a test failed with is replaced. */
export interface Pool<Item> extends AsyncDisposable {
  /** Waits for a free one, which is made when it is needed for the first time. */
  use(work: (item: Item) => Promise<void>): Promise<void>;
}

export function openPool<Item extends AsyncDisposable>(
  size: number,
  make: () => Promise<Item>,
): Pool<Item> {
  /** Undefined stands for one that is to be made. */
  const free = Array.from({ length: size }, (): Item | undefined => undefined);
  const waiting: ((item: Item | undefined) => void)[] = [];

  const take = async (): Promise<Item | undefined> =>
    free.length > 0
      ? free.pop()
      : await new Promise<Item | undefined>((resolve) => void waiting.push(resolve));
  const give = (item: Item | undefined): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(item);
    else next(item);
  };
  return {
    use: async (work) => {
      let item = await take();
      try {
        item ??= await make();
        await work(item);
      } catch (error) {
        const broken = item;
        item = undefined;
        await broken?.[Symbol.asyncDispose]();
        throw error;
      } finally {
        give(item);
      }
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(free.map(async (item) => await item?.[Symbol.asyncDispose]()));
    },
  };
}
