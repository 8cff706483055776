/**
 * A part of the items that is enough, and of which none can be left out. Takes about as many tries as the part is long,
 * times the logarithm of the rest; items are taken to help and never to hinder.
 * @returns absent when not even all of them are enough
 * @see Junker, QuickXplain: Preferred Explanations and Relaxations for Over-Constrained Problems (AAAI 2004)
 */
export async function leastOf<Item>(
  items: readonly Item[],
  isEnough: (part: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[] | undefined> {
  if (await isEnough([])) return [];
  if (items.length === 0 || !(await isEnough(items))) return undefined;
  const narrow = async (
    given: readonly Item[],
    open: readonly Item[],
    isNew: boolean,
  ): Promise<readonly Item[]> => {
    if (isNew && (await isEnough(given))) return [];
    if (open.length === 1) return open;
    const middle = Math.ceil(open.length / 2);
    const [left, right] = [open.slice(0, middle), open.slice(middle)];
    const ofRight = await narrow([...given, ...left], right, true);
    const ofLeft = await narrow([...given, ...ofRight], left, ofRight.length > 0);
    return [...ofLeft, ...ofRight];
  };
  return await narrow([], items, false);
}

/** The first step that is enough, where every later one is, too; absent when not even the last is. */
export async function firstEnough<Step>(
  steps: readonly Step[],
  isEnough: (step: Step) => Promise<boolean>,
): Promise<Step | undefined> {
  let [from, to] = [0, steps.length];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const step = steps[middle];
    if (step !== undefined && (await isEnough(step))) to = middle;
    else from = middle + 1;
  }
  return steps[to];
}
