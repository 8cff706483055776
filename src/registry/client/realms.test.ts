import { expect, test } from 'vitest';
import { acceptRealm } from './realms.ts';

function accept(realm: string, host: string, allowed: readonly string[] = []): string {
  return acceptRealm(realm, { base: new URL(`https://${host}`), host, allowed }).host;
}

test.each([
  ['registry.example.com', 'https://registry.example.com/token'],
  ['registry.example.com:5000', 'https://registry.example.com:5001/token'],
  ['registry.example.com', 'https://example.com/token'],
  ['example.com', 'https://auth.example.com/token'],
  ['registry.example.com', 'https://auth.example.com/token'],
  ['registry.example.co.uk', 'https://auth.example.co.uk/token'],
  ['10.0.0.1:5000', 'https://10.0.0.1/token'],
  ['docker.io', 'https://auth.docker.io/token'],
  ['registry.gitlab.com', 'https://gitlab.com/jwt/auth'],
  ['mine.azurecr.io', 'https://login.microsoftonline.com/token'],
  ['europe-docker.pkg.dev', 'https://oauth2.googleapis.com/token'],
])('%s may name %s', (host, realm) => {
  expect(accept(realm, host)).toBe(new URL(realm).host);
});

test.each([
  ['registry.example.com', 'http://registry.example.com/token'],
  ['registry.example.com', 'https://registry.example.com.evil.net/token'],
  ['registry.example.com', 'https://evilexample.com/token'],
  ['registry.co.uk', 'https://evil.co.uk/token'],
  ['mine.azurecr.io', 'https://theirs.azurecr.io/token'],
  ['registry.com', 'https://evil.com/token'],
  ['10.0.0.1:5000', 'https://10.0.0.2/token'],
  ['10.0.0.1:5000', 'https://0.0.1/token'],
  ['docker.io', 'https://login.microsoftonline.com/token'],
])('%s may not name %s', (host, realm) => {
  expect(() => accept(realm, host)).toThrowError(
    expect.objectContaining({ code: 'REALM_REFUSED' }),
  );
});

test('a realm that is allowed by name is accepted for that', () => {
  expect(accept('https://sso.corp.net/token', 'registry.example.com', ['sso.corp.net'])).toBe(
    'sso.corp.net',
  );
});
