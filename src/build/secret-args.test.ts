import { expect, test } from 'vitest';
import { looksSecret, redactor, secretArgWarnings } from './secret-args.ts';

test.each([
  'NPM_TOKEN',
  'token',
  'DB_PASSWORD',
  'AWS_SECRET_ACCESS_KEY',
  'API_KEY',
  'apikey',
  'GH_AUTH',
])('%s looks like a secret', (name) => {
  expect(looksSecret(name)).toBe(true);
});

test.each(['VERSION', 'TOKENIZER', 'AUTHOR', 'KEYBOARD', 'COMPASS', 'BASE_IMAGE'])(
  '%s does not look like a secret',
  (name) => {
    expect(looksSecret(name)).toBe(false);
  },
);

test('each secret-looking argument is one warning that does not hold its value', () => {
  const warnings = secretArgWarnings({ VERSION: '1', NPM_TOKEN: 'hunter22' });

  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('NPM_TOKEN');
  expect(warnings[0]).not.toContain('hunter22');
});

test('values of secrets are blanked wherever they stand, also when one is part of another', () => {
  const redact = redactor({ A_TOKEN: 'abcd', B_TOKEN: 'abcdef', VERSION: '1234', PASSWORD: 'no' });

  expect(redact('x abcdef abcd 1234 no')).toBe('x *** *** 1234 no');
});
