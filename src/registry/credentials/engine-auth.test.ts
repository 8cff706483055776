import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Secret } from '../../kernel/secret.ts';
import type { Credential } from '../contract.ts';
import { parseAddress } from '../address.ts';
import { toEngineAuth } from './engine-auth.ts';

const hub = parseAddress('team/app');
const own = parseAddress('registry.example:5000/team/app');

function readBack(auth: Secret): unknown {
  return JSON.parse(Buffer.from(auth.reveal(), 'base64url').toString('utf8'));
}

test.each<readonly [string, Credential, object]>([
  [
    'a password',
    { kind: 'password', username: 'me', password: new Secret('pä:ss?>'), origin: 'x' },
    { username: 'me', password: 'pä:ss?>', serveraddress: 'registry.example:5000' },
  ],
  [
    'an identity token',
    { kind: 'identity-token', token: new Secret('refresh'), origin: 'x' },
    { identitytoken: 'refresh', serveraddress: 'registry.example:5000' },
  ],
  [
    'a registry token',
    { kind: 'registry-token', token: new Secret('bearer'), origin: 'x' },
    { registrytoken: 'bearer', serveraddress: 'registry.example:5000' },
  ],
])('%s goes into the header as the engine wants it, and shows nowhere', (_, credential, login) => {
  const auth = toEngineAuth(credential, own);

  expect(readBack(auth)).toEqual(login);
  expect(auth.reveal()).toMatch(/^[A-Za-z0-9_-]+$/u);
  expect(inspect({ auth })).toContain('***');
});

test('Docker Hub is named as its logins name it', () => {
  const credential: Credential = {
    kind: 'password',
    username: 'me',
    password: new Secret('secret'),
    origin: 'x',
  };

  expect(readBack(toEngineAuth(credential, hub))).toMatchObject({
    serveraddress: 'https://index.docker.io/v1/',
  });
});

test('without a login the header is there and says nothing: an engine refuses a push without it', () => {
  expect(readBack(toEngineAuth(undefined, own))).toEqual({});
});
