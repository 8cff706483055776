import { describe, expect, it } from 'vitest';
import { isRenderedMode, kindOfMode, renderMode, toRenderedMode } from './go-file-mode.ts';

/** As the engine answered for these. */
const seen = [
  [0o644, '-rw-r--r--', 'file'],
  [2_147_484_141, 'drwxr-xr-x', 'folder'],
  [2_148_532_735, 'dtrwxrwxrwx', 'folder'],
  [134_218_239, 'Lrwxrwxrwx', 'link'],
  [33_554_852, 'prw-r--r--', 'pipe'],
  [(1 << 23) | 0o755, 'urwxr-xr-x', 'file'],
  [(1 << 22) | 0o755, 'grwxr-xr-x', 'file'],
  [(1 << 26) | (1 << 21) | 0o620, 'Dcrw--w----', 'device'],
  [(1 << 24) | 0o777, 'Srwxrwxrwx', 'socket'],
] as const;

describe('file modes as Go writes them', () => {
  it.each(seen)('%i is %s, a %s', (mode, text, kind) => {
    expect([renderMode(mode), kindOfMode(mode)]).toEqual([text, kind]);
    expect(isRenderedMode(text)).toBe(true);
  });

  it.each([
    ['lrwxrwxrwx', 'Lrwxrwxrwx'],
    ['drwxrwxrwt', 'dtrwxrwxrwx'],
    ['drwxrwsr-x', 'dgrwxrwxr-x'],
    ['-rwsr-xr-x', 'urwxr-xr-x'],
    ['-rwSr--r--', 'urw-r--r--'],
    ['crw-rw-rw-', 'Dcrw-rw-rw-'],
    ['brw-rw----', 'Drw-rw----'],
    ['-rw-r--r--.', '-rw-r--r--'],
    ['0644', '-rw-r--r--'],
    ['755', '-rwxr-xr-x'],
    ['4755', 'urwxr-xr-x'],
    ['1777', 'trwxrwxrwx'],
  ])('%s is never found, and %s is meant', (written, meant) => {
    expect(toRenderedMode(written)).toBe(meant);
    expect(isRenderedMode(meant)).toBe(true);
  });

  it.each(['', 'rw-r--r--', 'drwxrwxrwt', 'tdrwxrwxrwx', '0999', 'u=rwx'])(
    '"%s" is never found',
    (text) => {
      expect(isRenderedMode(text)).toBe(false);
    },
  );

  it('has no idea what is meant by a text of another kind', () => {
    expect(toRenderedMode('u=rwx')).toBeUndefined();
  });
});
