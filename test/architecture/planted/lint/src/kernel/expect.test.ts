import { expect, test } from 'vitest';

test('asserts nothing', () => {
  expect(1);
});
