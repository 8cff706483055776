import { describe, expect, it } from 'vitest';
import { digestOf } from './digest.ts';
import {
  candidateTag,
  isCandidateTag,
  isKeepTag,
  isReservedTag,
  keepTag,
} from './reserved-tags.ts';

const hex = 'a'.repeat(64);

describe('a reserved tag', () => {
  it('is one that keeps a digest', () => {
    const tag = keepTag(digestOf('an image'));

    expect(tag).toMatch(/^keep-[a-f0-9]{12}$/u);
    expect([isKeepTag(tag), isReservedTag(tag)]).toEqual([true, true]);
  });

  it('is one under which an engine pushed', () => {
    const tag = candidateTag(digestOf('an image'));

    expect(tag).toMatch(/^candidate-[a-f0-9]{16}$/u);
    expect([isCandidateTag(tag), isKeepTag(tag), isReservedTag(tag)]).toEqual([true, false, true]);
  });

  it.each([`sha256-${hex}`, `sha256-${hex}.att-0123456789ab`, `sha256-${hex}.promoted-0`])(
    'is %s, which holds what belongs to an image',
    (tag) => {
      expect([isKeepTag(tag), isReservedTag(tag)]).toEqual([false, true]);
    },
  );

  it.each([
    'latest',
    '1.2.3',
    'keep',
    'keep-me',
    'keep-0123456789abc',
    'candidate-1',
    `sha256-${hex}0`,
  ])('is not %s', (tag) => {
    expect(isReservedTag(tag)).toBe(false);
  });
});
