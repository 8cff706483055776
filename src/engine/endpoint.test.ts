import { expect, test } from 'vitest';
import { environmentOf, parseEngineAddress } from './endpoint.ts';

const tls = { folder: '/certs', isVerified: true };

test.each([
  ['unix:///run/x.sock', { kind: 'unix', url: 'unix:///run/x.sock', socketPath: '/run/x.sock' }],
  ['unix://', { kind: 'unix', socketPath: '/var/run/docker.sock' }],
  ['tcp://box:4000', { kind: 'tcp', url: 'tcp://box:4000', host: 'box', port: 4000 }],
  ['tcp://box', { kind: 'tcp', port: 2375 }],
  ['tcp://box:80', { kind: 'tcp', port: 80 }],
  ['http://box:80', { kind: 'tcp', url: 'tcp://box:80', port: 80 }],
  ['https://box', { kind: 'tcp', port: 2376, tls: { isVerified: true } }],
  ['box:2375', { kind: 'tcp', url: 'tcp://box:2375' }],
  ['tcp://[::1]:2375', { kind: 'tcp', url: 'tcp://[::1]:2375', host: '::1' }],
  ['ssh://me@box:22', { kind: 'ssh', url: 'ssh://me@box:22', host: 'box', port: 22, user: 'me' }],
  ['ssh://box', { kind: 'ssh', url: 'ssh://box', host: 'box', user: undefined }],
])('%s is an engine address', (text, expected) => {
  expect(parseEngineAddress(text, 'DOCKER_HOST')).toMatchObject(expected);
});

test.each(['ftp://box', 'unix://relative', 'tcp://', 'tcp://box:port', 'npipe:////./pipe/x', ' '])(
  '%j is none: ENGINE_CONTEXT_INVALID',
  (text) => {
    expect(() => parseEngineAddress(text, 'DOCKER_HOST')).toThrow(
      expect.objectContaining({ code: 'ENGINE_CONTEXT_INVALID', exitCode: 2 }),
    );
  },
);

test('a password never shows, neither in the address nor in an error', () => {
  const target = parseEngineAddress('ssh://me:secret@box', 'DOCKER_HOST');

  expect(JSON.stringify(target)).not.toContain('secret');
  expect(() => parseEngineAddress('ftp://me:secret@box', 'DOCKER_HOST')).toThrow(
    'DOCKER_HOST is no engine address: "ftp://***@box"',
  );
});

test('the environment leads other clients to the same engine', () => {
  const plain = parseEngineAddress('tcp://box', 'DOCKER_HOST');
  const verified = parseEngineAddress('tcp://box', 'DOCKER_HOST', tls);
  const unverified = parseEngineAddress('tcp://box', 'x', { ...tls, isVerified: false });

  expect(environmentOf(plain)).toEqual({ DOCKER_HOST: 'tcp://box:2375' });
  expect(environmentOf(verified)).toEqual({
    DOCKER_HOST: 'tcp://box:2376',
    DOCKER_CERT_PATH: '/certs',
    DOCKER_TLS_VERIFY: '1',
  });
  expect(environmentOf(unverified)).toEqual({
    DOCKER_HOST: 'tcp://box:2376',
    DOCKER_CERT_PATH: '/certs',
    DOCKER_TLS: '1',
  });
});
