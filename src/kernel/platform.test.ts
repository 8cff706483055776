import { expect, test } from 'vitest';
import { isSamePlatform } from './platform.ts';

test.each([
  ['linux/arm64', 'linux/arm64/v8', true],
  ['linux/aarch64', 'linux/arm64', true],
  ['linux/arm', 'linux/arm/v7', true],
  ['linux/armhf', 'linux/arm/7', true],
  ['linux/x86_64', 'linux/amd64/v1', true],
  ['linux/i386', 'linux/386', true],
  ['linux/arm/v6', 'linux/arm/v7', false],
  ['linux/amd64', 'linux/amd64/v3', false],
  ['linux/amd64', 'windows/amd64', false],
  ['amd64', 'linux/amd64', false],
])('whether %s is %s: %s', (a, b, isSame) => {
  expect(isSamePlatform(a, b)).toBe(isSame);
});
