import { expect, it, vi } from 'vitest';

vi.mock('./console.ts');

it('mocks', () => {
  expect(1).toBe(1);
});
