import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../kernel/digest.ts';
import { Secret } from '../../kernel/secret.ts';
import type { Credential } from '../contract.ts';
import { OCI_MANIFEST } from '../media-types.ts';
import { quickLimits } from '../testing/faulty-registry.ts';
import { startGuardedRegistry, startServer } from '../testing/guarded-registry.ts';
import { manifestOf, randomBlob } from '../testing/sample-image.ts';
import { nextLocation } from './locations.ts';
import { openRepository } from './open-repository.ts';

const credential: Credential = {
  kind: 'password',
  username: 'user',
  password: new Secret('hunter2'),
  origin: 'a test',
};
const credentials = { credentialFor: () => Promise.resolve(credential) };
const env = {};

function wantsLogin(authorization: string | undefined, response: ServerResponse): boolean {
  if (authorization !== undefined) return false;
  response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="r"' }).end();
  return true;
}

const contents = Buffer.from('{"schemaVersion":2}');
const digest = digestOf(contents);

test('a blob is fetched from another port without our credentials', async () => {
  await using storage = await startServer((_, response) => response.end(contents));
  await using registry = await startGuardedRegistry((request, response) => {
    if (wantsLogin(request.headers.authorization, response)) return false;
    if (!request.url?.endsWith(digest)) return true;
    response.writeHead(307, { Location: `http://${storage.host}/signed?sig=1` }).end();
    return false;
  });
  await using repository = openRepository({ repository: `${registry.host}/app`, env, credentials });

  const blob = await repository.blobs.read(digest);

  expect((await blob?.stream.toArray())?.join('')).toBe(contents.toString());
  expect(storage.seen).toMatchObject([{ path: '/signed?sig=1', authorization: undefined }]);
});

describe('a registry may not send us', () => {
  test.each([
    ['to another loopback host', 'http://localhost:1/x'],
    ['to the metadata service', 'http://169.254.169.254/latest/meta-data'],
    ['into a private network', 'http://10.0.0.1/x'],
    ['to an address in disguise', 'http://[::ffff:10.0.0.1]/x'],
    ['to a file', 'file:///etc/passwd'],
    ['to an address with credentials', 'http://user:word@127.0.0.1:1/x'],
    ['nowhere', ''],
    ['to what is no address', 'http://['],
  ])('%s, for a read or for an upload', async (_, location) => {
    await using registry = await startGuardedRegistry((request, response) => {
      const isRead = request.url?.includes('/manifests/') === true;
      const isUpload = request.method === 'POST';
      if (!isRead && !isUpload) return true;
      response.writeHead(isRead ? 302 : 202, { Location: location }).end();
      return false;
    });
    await using repository = openRepository({ repository: `${registry.host}/app`, env });

    const read = repository.manifests.read('v1');
    const upload = repository.blobs.upload(randomBlob(10));

    await expect(read).rejects.toMatchObject({ code: 'REDIRECT_REFUSED', exitCode: 1 });
    await expect(upload).rejects.toMatchObject({ code: 'REDIRECT_REFUSED' });
  });

  test('round in circles', async () => {
    await using registry = await startGuardedRegistry((request, response) => {
      if (request.url?.includes('/manifests/') !== true) return true;
      response.writeHead(302, { Location: request.url }).end();
      return false;
    });
    await using repository = openRepository({ repository: `${registry.host}/app`, env });

    const read = repository.manifests.read('v1');

    await expect(read).rejects.toMatchObject({ code: 'REDIRECT_REFUSED' });
  });

  test('elsewhere with a write that would become a read', async () => {
    await using registry = await startGuardedRegistry((request, response) => {
      if (request.method !== 'PUT') return true;
      response.writeHead(302, { Location: '/elsewhere' }).end();
      return false;
    });
    const config = { mediaType: 'text/plain', digest, size: contents.length };
    await using repository = openRepository({ repository: `${registry.host}/app`, env });

    const put = repository.manifests.put(
      manifestOf({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [] }),
    );

    await expect(put).rejects.toMatchObject({ code: 'REDIRECT_REFUSED' });
  });
});

test('an upload goes to another port without our credentials', async () => {
  let received = '';
  await using storage = await startServer((request, response, body) => {
    if (request.method === 'PUT') received = body;
    response.writeHead(201).end();
  });
  await using registry = await startGuardedRegistry((request, response) => {
    if (wantsLogin(request.headers.authorization, response)) return false;
    if (request.method !== 'POST') return true;
    response.writeHead(202, { Location: `http://${storage.host}/upload?state=a%2Fb` }).end();
    return false;
  });
  await using repository = openRepository({
    repository: `${registry.host}/app`,
    env,
    credentials,
    limits: quickLimits,
  });
  const blob = { ...randomBlob(0), digest: digestOf('x'), sizeBytes: 1 };
  const upload = repository.blobs.upload({
    ...blob,
    open: () => Readable.from([Buffer.from('x')]),
  });

  // The storage kept it, the registry does not know: found out by asking the registry.
  await expect(upload).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  expect(received).toBe('x');
  expect(storage.seen[0]).toMatchObject({
    method: 'PUT',
    path: `/upload?state=a%2Fb&digest=${encodeURIComponent(digestOf('x'))}`,
    authorization: undefined,
  });
});

test('no error shows what a signed address holds', async () => {
  await using storage = await startServer((_, response) => response.writeHead(410).end());
  await using registry = await startGuardedRegistry((request, response) => {
    if (request.method !== 'GET' || request.url?.includes('/blobs/') !== true) return true;
    const Location = `http://${storage.host}/blob?X-Amz-Signature=hunter22&token=hunter22`;
    response.writeHead(307, { Location }).end();
    return false;
  });
  await using repository = openRepository({ repository: `${registry.host}/app`, env });

  const error: unknown = await repository.blobs.read(digest).catch((thrown: unknown) => thrown);

  expect(storage.seen).toHaveLength(1);
  expect(error).toMatchObject({ code: 'REGISTRY_FAILED' });
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('hunter22');
});

describe('the next location', () => {
  const https = new URL('https://registry.example:5000/v2/');
  const next = (location: string): string => nextLocation(https, location, https).href;

  test.each([
    ['/v2/x', 'https://registry.example:5000/v2/x'],
    ['https://cdn.example.net/x?sig=1', 'https://cdn.example.net/x?sig=1'],
    ['https://registry.example/x', 'https://registry.example/x'],
  ])('%s is %s', (location, expected) => {
    expect(next(location)).toBe(expected);
  });

  test.each(['http://registry.example:5000/x', 'https://192.168.1.1/x', 'https://[fd00::1]/x'])(
    '%s is refused from HTTPS',
    (location) => {
      expect(() => next(location)).toThrow('redirects to');
    },
  );

  test('of a private registry may be the registry itself', () => {
    const own = new URL('http://10.1.2.3:5000/v2/');

    expect(nextLocation(own, 'http://10.1.2.3:5001/x', own).port).toBe('5001');
  });
});
