import { expect, test } from 'vitest';
import { createStyle } from './style.ts';

test.each([
  ['a terminal', { env: {}, isTty: true }, true],
  ['a pipe', { env: {}, isTty: false }, false],
  ['a terminal with NO_COLOR', { env: { NO_COLOR: '1' }, isTty: true }, false],
  ['a terminal with an empty NO_COLOR', { env: { NO_COLOR: '' }, isTty: true }, true],
  ['a dumb terminal', { env: { TERM: 'dumb' }, isTty: true }, false],
  ['a pipe with FORCE_COLOR', { env: { FORCE_COLOR: '1' }, isTty: false }, true],
  ['a terminal with FORCE_COLOR=0', { env: { FORCE_COLOR: '0' }, isTty: true }, false],
  [
    'a pipe with FORCE_COLOR and NO_COLOR',
    { env: { FORCE_COLOR: '', NO_COLOR: '1' }, isTty: false },
    true,
  ],
])('on %s colours are decided by the environment', (_, place, hasColours) => {
  const style = createStyle(place);

  expect(style.bad('no')).toBe(hasColours ? '\u001b[31mno\u001b[39m' : 'no');
});

test.each([
  [{ LANG: 'en_US.UTF-8' }, '✓'],
  [{ LANG: 'C.utf8' }, '✓'],
  [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, '+'],
  [{ LC_ALL: '', LANG: 'de_DE.UTF-8' }, '✓'],
  [{}, '+'],
])('with the locale %j a pass is %s', (env, symbol) => {
  expect(createStyle({ env, isTty: true }).symbols.pass).toBe(symbol);
});
