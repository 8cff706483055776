export function each(items: readonly number[]): void {
  items.forEach(async (item) => {
    await Promise.resolve(item);
  });
}
