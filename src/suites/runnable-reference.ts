import type { ImageUnderTest } from './contract.ts';

/** What people wrote, when the engine has exactly that; else the id, which always names the tested image. */
export function runnableReference({ ref, record }: Pick<ImageUnderTest, 'ref' | 'record'>): string {
  return [ref, `${ref}:latest`].some((tag) => record.tags.includes(tag)) ? ref : record.id;
}
