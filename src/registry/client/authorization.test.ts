import type { IncomingMessage, ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../kernel/secret.ts';
import type { Credential, CredentialSource } from '../contract.ts';
import { quickLimits } from '../testing/faulty-registry.ts';
import {
  startGuardedRegistry,
  startServer,
  type Guard,
  type TestServer,
} from '../testing/guarded-registry.ts';
import { randomBlob, uploadSampleImage } from '../testing/sample-image.ts';
import { openRepository } from './open-repository.ts';

const limits = quickLimits;
const env = {};
const password: Credential = {
  kind: 'password',
  username: 'user',
  password: new Secret('pass:word'),
  origin: 'a test',
};
const sourceOf = (credential: Credential | undefined): CredentialSource => ({
  credentialFor: () => Promise.resolve(credential),
});
const credentials = sourceOf(password);
const BASIC = `Basic ${Buffer.from('user:pass:word').toString('base64')}`;

const guard: Guard = (request, response) => {
  if (request.headers.authorization === BASIC) return true;
  response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="registry"' }).end();
  return false;
};

describe('a registry with Basic authorization', () => {
  test('lets in who has the password', async () => {
    await using registry = await startGuardedRegistry(guard);
    await using repository = openRepository({
      repository: `${registry.host}/app`,
      env,
      credentials,
    });

    await repository.manifests.put({ ...(await uploadSampleImage(repository)), reference: 'v1' });

    expect(await repository.tags.list()).toEqual(['v1']);
  });

  test('is asked once with a wrong password', async () => {
    await using registry = await startGuardedRegistry(guard);
    const wrong: Credential = { ...password, password: new Secret('wrong') };
    await using repository = openRepository({
      repository: `${registry.host}/app`,
      env,
      credentials: sourceOf(wrong),
    });

    const probe = repository.probe();

    await expect(probe).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED', exitCode: 3 });
    await expect(probe).rejects.toThrow('does not accept the login from a test');
    expect(registry.seen.filter(({ authorization }) => authorization !== undefined)).toHaveLength(
      1,
    );
  });

  test('says that no credentials were found', async () => {
    await using registry = await startGuardedRegistry(guard);
    await using repository = openRepository({
      repository: `${registry.host}/app`,
      env,
      credentials: sourceOf(undefined),
    });

    const probe = repository.probe();

    await expect(probe).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
    await expect(probe).rejects.toThrow('no credentials for it were found');
  });

  test('that offers only what we do not speak says so', async () => {
    await using registry = await startGuardedRegistry((_, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Negotiate' }).end();
      return false;
    });
    await using repository = openRepository({
      repository: `${registry.host}/app`,
      env,
      credentials,
    });

    await expect(repository.probe()).rejects.toThrow('offers only negotiate');
  });
});

interface TokenRegistry extends AsyncDisposable {
  readonly registry: TestServer;
  readonly tokens: TestServer;
}

interface TokenOptions {
  readonly answer?: (request: IncomingMessage, response: ServerResponse, body: string) => void;
  /** How often a token is taken. */
  readonly uses?: number;
  readonly expiresInS?: number;
}

/** A registry that takes tokens of a token server, each a limited number of times. */
async function startTokenRegistry(options: TokenOptions = {}): Promise<TokenRegistry> {
  const uses = new Map<string, number>();
  let count = 0;
  const tokens = await startServer((request, response, body) => {
    if (options.answer) return options.answer(request, response, body);
    count += 1;
    uses.set(`Bearer t${count}`, options.uses ?? Number.POSITIVE_INFINITY);
    response.end(JSON.stringify({ token: `t${count}`, expires_in: options.expiresInS ?? 300 }));
    return undefined;
  });
  const registry = await startGuardedRegistry((request, response) => {
    const authorization = request.headers.authorization ?? '';
    const left = uses.get(authorization) ?? 0;
    uses.set(authorization, left - 1);
    if (left > 0) return true;
    const challenge = `Bearer realm="http://${tokens.host}/token",service="reg",scope="x"`;
    response.writeHead(401, { 'WWW-Authenticate': `Basic realm="r", ${challenge}` }).end();
    return false;
  });
  return {
    registry,
    tokens,
    [Symbol.asyncDispose]: async () => {
      await registry[Symbol.asyncDispose]();
      await tokens[Symbol.asyncDispose]();
    },
  };
}

describe('a registry with tokens', () => {
  test('gets one per scope, and the password goes to the token server only', async () => {
    await using servers = await startTokenRegistry();
    const { host } = servers.registry;
    await using repository = openRepository({ repository: `${host}/app`, env, credentials });

    await repository.manifests.put(await uploadSampleImage(repository));

    expect(
      servers.tokens.seen.map(({ path }) => new URL(path, 'http://x').searchParams.get('scope')),
    ).toEqual(['repository:app:pull', 'repository:app:pull,push']);
    expect(servers.tokens.seen.every(({ authorization }) => authorization === BASIC)).toBe(true);
    expect(servers.registry.seen.some(({ authorization }) => authorization === BASIC)).toBe(false);
  });

  test('gives one to an anonymous client too', async () => {
    await using servers = await startTokenRegistry();
    await using repository = openRepository({
      repository: `${servers.registry.host}/app`,
      env,
      credentials: sourceOf(undefined),
    });

    await repository.tags.list();

    expect(servers.tokens.seen).toMatchObject([{ authorization: undefined }]);
  });

  test('asks for both repositories when it mounts', async () => {
    await using servers = await startTokenRegistry();
    const { host } = servers.registry;
    await using repository = openRepository({ repository: `${host}/app`, env, credentials });

    await repository.blobs.upload({ ...randomBlob(10), mountFrom: ['base'] });

    const mount = servers.tokens.seen.find(({ path }) => path.includes('base'));
    expect(new URL(mount?.path ?? '', 'http://x').searchParams.getAll('scope')).toEqual([
      'repository:app:pull,push',
      'repository:base:pull',
    ]);
  });

  test('that forgets its tokens in the middle of an upload gives new ones', async () => {
    await using servers = await startTokenRegistry({ uses: 3 });
    const { host } = servers.registry;
    await using repository = openRepository({
      repository: `${host}/app`,
      env,
      credentials,
      limits: { ...limits, chunkBytes: 1024 ** 2 },
    });

    const result = await repository.blobs.upload(randomBlob(9 * 1024 ** 2));

    expect(result.how).toBe('uploaded');
    expect(servers.tokens.seen.length).toBeGreaterThan(3);
  });

  test('is not asked again for a token that still lives', async () => {
    await using servers = await startTokenRegistry();
    const { host } = servers.registry;
    await using repository = openRepository({ repository: `${host}/app`, env, credentials });

    await Promise.all([repository.tags.list(), repository.tags.list(), repository.tags.list()]);

    expect(servers.tokens.seen).toHaveLength(1);
  });

  test('renews a token before it ends', async () => {
    let nowMs = 0;
    const clock = {
      now: () => new Date(),
      monotonicMs: () => nowMs,
      sleep: () => Promise.resolve(),
    };
    await using servers = await startTokenRegistry({ expiresInS: 300 });
    const { host } = servers.registry;
    await using repository = openRepository({ repository: `${host}/app`, env, credentials, clock });
    await repository.tags.list();
    nowMs = 271_000;

    await repository.tags.list();

    expect(servers.tokens.seen).toHaveLength(2);
  });

  test.each([500, 502, 503, 504, 429])(
    'survives a token server that answers %i once',
    async (status) => {
      let isFirst = true;
      await using servers = await startTokenRegistry({
        answer: (_, response) => {
          if (isFirst) response.writeHead(status).end();
          else response.end('{"access_token":"t"}');
          isFirst = false;
        },
      });
      // Any token will do here: what counts is that one was got.
      const { host } = servers.registry;
      await using repository = openRepository({
        repository: `${host}/app`,
        env,
        credentials,
        limits,
      });

      await repository.probe().catch(() => undefined);

      expect(servers.tokens.seen.length).toBeGreaterThanOrEqual(2);
    },
  );

  test('is not tried again with a password that the token server refused', async () => {
    await using servers = await startTokenRegistry({
      answer: (_, response) =>
        response.writeHead(401).end('{"details":"incorrect username or password"}'),
    });
    const { host } = servers.registry;
    await using repository = openRepository({
      repository: `${host}/app`,
      env,
      credentials,
      limits,
    });

    const lists = Promise.allSettled([repository.tags.list(), repository.tags.list()]);

    for (const list of await lists) {
      expect(list).toMatchObject({ reason: { code: 'REGISTRY_UNAUTHORIZED' } });
    }
    expect(servers.tokens.seen).toHaveLength(1);
  });

  test('that gives too small a token names the missing scope', async () => {
    await using tokens = await startServer((_, response) => response.end('{"token":"small"}'));
    await using registry = await startGuardedRegistry((request, response) => {
      const isWrite = request.method === 'POST';
      if (request.headers.authorization !== undefined && !isWrite) return true;
      const error = isWrite ? ',error="insufficient_scope"' : '';
      const challenge = `Bearer realm="http://${tokens.host}/",service="r"${error}`;
      response.writeHead(401, { 'WWW-Authenticate': challenge }).end();
      return false;
    });
    await using repository = openRepository({
      repository: `${registry.host}/app`,
      env,
      credentials,
    });

    const upload = repository.blobs.upload(randomBlob(10));

    await expect(upload).rejects.toMatchObject({ code: 'REGISTRY_DENIED', exitCode: 3 });
    await expect(upload).rejects.toThrow('does not cover repository:app:pull,push');
  });

  test('403 is denied, not unauthorized', async () => {
    await using registry = await startGuardedRegistry((request, response) => {
      if (request.method !== 'POST') return true;
      response.writeHead(403).end('{"errors":[{"code":"DENIED","message":"quota exceeded"}]}');
      return false;
    });
    await using repository = openRepository({
      repository: `${registry.host}/app`,
      env,
      credentials,
    });

    const upload = repository.blobs.upload(randomBlob(10));

    await expect(upload).rejects.toMatchObject({ code: 'REGISTRY_DENIED' });
    await expect(upload).rejects.toThrow('quota exceeded');
  });

  test.each([
    ['without a token', '{}'],
    ['with a token that would write headers', '{"token":"a\\r\\nX: y"}'],
    ['with more than a token', JSON.stringify({ token: 'x'.repeat(70_000) })],
  ])('an answer %s is ANSWER_MALFORMED', async (_, body) => {
    await using servers = await startTokenRegistry({
      answer: (__, response) => response.end(body),
    });
    const { host } = servers.registry;
    await using repository = openRepository({
      repository: `${host}/app`,
      env,
      credentials,
      limits,
    });

    await expect(repository.probe()).rejects.toMatchObject({ code: 'ANSWER_MALFORMED' });
  });
});

const realmOf =
  (realm: string): Guard =>
  (_, response) => {
    response.writeHead(401, { 'WWW-Authenticate': `Bearer realm="${realm}",service="r"` }).end();
    return false;
  };

describe('a token server', () => {
  test.each([
    'http://169.254.169.254/token',
    'http://auth.other.example/token',
    'file:///etc/passwd',
    'http://user:word@127.0.0.1/token',
    'nonsense',
  ])('at %s is refused, and no credential is even looked for', async (realm) => {
    let isAsked = false;
    await using registry = await startGuardedRegistry(realmOf(realm));
    await using repository = openRepository({
      repository: `${registry.host}/app`,
      env,
      credentials: {
        credentialFor: () => {
          isAsked = true;
          return Promise.resolve(password);
        },
      },
    });

    await expect(repository.probe()).rejects.toMatchObject({ code: 'REALM_REFUSED', exitCode: 1 });
    expect(isAsked).toBe(false);
  });

  test('elsewhere is taken when it is allowed by name', async () => {
    await using tokens = await startServer(
      (_, response) => response.end('{"token":"t"}'),
      '127.0.0.2',
    );
    await using registry = await startGuardedRegistry((request, response) =>
      request.headers.authorization === 'Bearer t'
        ? true
        : realmOf(`http://${tokens.host}/token`)(request, response),
    );
    await using repository = openRepository({
      repository: `${registry.host}/app`,
      env,
      credentials,
      trust: { realms: ['127.0.0.2'] },
    });

    await expect(repository.probe()).resolves.toBeUndefined();
  });

  test('that redirects is refused, and the password does not follow', async () => {
    await using other = await startServer((_, response) => response.end('{"token":"t"}'));
    await using servers = await startTokenRegistry({
      answer: (_, response) => response.writeHead(307, { Location: `http://${other.host}/` }).end(),
    });
    const { host } = servers.registry;
    await using repository = openRepository({ repository: `${host}/app`, env, credentials });

    await expect(repository.probe()).rejects.toMatchObject({ code: 'REALM_REFUSED' });
    expect(other.seen).toEqual([]);
  });

  test('gets an identity token as a refresh token, and as a password where it knows no better', async () => {
    const identity: Credential = {
      kind: 'identity-token',
      token: new Secret('idt'),
      origin: 'a test',
    };
    let knowsOauth = true;
    await using servers = await startTokenRegistry({
      answer: (request, response) => {
        if (request.method === 'POST' && !knowsOauth) response.writeHead(404).end();
        else response.end('{"access_token":"x"}');
      },
    });
    const { host } = servers.registry;
    const ask = async (): Promise<void> => {
      await using repository = openRepository({
        repository: `${host}/app`,
        env,
        credentials: sourceOf(identity),
        limits,
      });
      // The registry takes none of these tokens; what was sent for them is what counts.
      await expect(repository.probe()).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
    };
    await ask();
    const [first] = servers.tokens.seen;
    knowsOauth = false;

    await ask();

    expect(first?.method).toBe('POST');
    expect(Object.fromEntries(new URLSearchParams(first?.body))).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: 'idt',
      service: 'reg',
      scope: 'repository:app:pull',
    });
    expect(servers.tokens.seen.at(-1)).toMatchObject({
      method: 'GET',
      authorization: `Basic ${Buffer.from('<token>:idt').toString('base64')}`,
    });
  });
});

test('a registry token is used as it is', async () => {
  await using registry = await startGuardedRegistry((request, response) => {
    if (request.headers.authorization === 'Bearer given') return true;
    const challenge = 'Bearer realm="http://127.0.0.1:1/token",service="r"';
    response.writeHead(401, { 'WWW-Authenticate': challenge }).end();
    return false;
  });
  await using repository = openRepository({
    repository: `${registry.host}/app`,
    env,
    credentials: sourceOf({ kind: 'registry-token', token: new Secret('given'), origin: 'a test' }),
  });

  await expect(repository.probe()).resolves.toBeUndefined();
});

test('no error shows the password', async () => {
  await using registry = await startGuardedRegistry((_, response) => {
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="r"' }).end();
    return false;
  });
  await using repository = openRepository({ repository: `${registry.host}/app`, env, credentials });

  const error: unknown = await repository.probe().catch((thrown: unknown) => thrown);

  expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/pass:word|dXNlcjpwYXNz/u);
});
