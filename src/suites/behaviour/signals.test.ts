import { describe, expect, it } from 'vitest';
import { isInMask, parseSignal, signalOfExitCode, toSignal } from './signals.ts';

const SIGTERM = { name: 'SIGTERM', number: 15 };

describe('parseSignal', () => {
  it.each(['SIGTERM', 'term', '15', ' TERM '])('reads %j as SIGTERM', (text) => {
    expect(parseSignal(text)).toEqual(SIGTERM);
  });

  it('counts real-time signals from 34, as Linux does', () => {
    expect(parseSignal('SIGRTMIN+3')).toEqual({ name: 'SIGRTMIN+3', number: 37 });
  });

  it.each(['', 'SIGNONE', '0', '-1', '1e1'])('does not take %j for a signal', (text) => {
    expect(parseSignal(text)).toBeUndefined();
  });
});

describe('isInMask', () => {
  it('finds the bit of a signal, which counts from one', () => {
    expect(isInMask('0000000000004000', SIGTERM)).toBe(true);
    expect(isInMask('0000000000002000', SIGTERM)).toBe(false);
  });

  it('reads a mask that ps has shortened at the front', () => {
    expect(isInMask('<10004a07', toSignal(10))).toBe(true);
  });

  it('says nothing about text that is no mask', () => {
    expect(isInMask('-', SIGTERM)).toBeUndefined();
  });
});

describe('signalOfExitCode', () => {
  it('names the signal that ended a process', () => {
    expect(signalOfExitCode(139)?.name).toBe('SIGSEGV');
  });

  it.each([0, 1, 127, 128, 255])('sees no signal in exit code %d', (exitCode) => {
    expect(signalOfExitCode(exitCode)).toBeUndefined();
  });
});
