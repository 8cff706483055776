import { describe, expect, it } from 'vitest';
import { judgeStill, staticChecks, textOf } from '../testing/judge-still.ts';
import { stillImages } from '../testing/still-images.ts';

describe.each(staticChecks.map(({ id }) => id))('%s', (id) => {
  const pair = stillImages[id];

  it('passes an image that is sound', async () => {
    const result = await judgeStill(id, pair?.sound ?? {});

    expect(result, textOf(result)).toMatchObject({ verdict: 'pass' });
  });

  it('catches the image that was made to be caught, with what to do', async () => {
    const result = await judgeStill(id, pair?.faulty ?? {});

    expect(result.verdict, textOf(result)).toBe(pair?.verdict);
    for (const part of pair?.says ?? []) expect(textOf(result)).toContain(part);
    expect('fix' in result ? result.fix : '').toMatch(/\S/u);
  });
});

describe('the images to be caught', () => {
  it('are there for each check, and each is a finding', () => {
    expect(Object.keys(stillImages).toSorted()).toEqual(
      staticChecks.map(({ id }) => id).toSorted(),
    );
    for (const { verdict } of Object.values(stillImages))
      expect(['warn', 'fail']).toContain(verdict);
  });

  it('fail only where a fail stops the gate, and warn elsewhere', () => {
    for (const { id, severity } of staticChecks) {
      expect(stillImages[id]?.verdict, id).toBe(severity === 'error' ? 'fail' : 'warn');
    }
  });
});
