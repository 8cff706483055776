import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createTlsServer } from 'node:https';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { connectEngine } from './connect.ts';
import { listen, startFakeEngine, versionAnswer } from './fixtures/fake-engine.ts';

const env = {};

test('no socket at the address: ENGINE_SOCKET_ABSENT', async () => {
  const connecting = connectEngine({ env, host: 'unix:///nowhere/engine.sock' });

  await expect(connecting).rejects.toMatchObject({
    code: 'ENGINE_SOCKET_ABSENT',
    exitCode: 3,
    message: 'There is no engine socket at unix:///nowhere/engine.sock (the given host)',
  });
});

test('a socket that nobody listens on: ENGINE_UNREACHABLE, with what to do', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'seatrial-dead-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'dead.sock');
  await writeFile(path, '');

  const connecting = connectEngine({ env, host: `unix://${path}` });

  await expect(connecting).rejects.toMatchObject({
    code: 'ENGINE_UNREACHABLE',
    hint: 'Start the engine: its socket is there, but nothing listens on it.',
  });
});

test('a socket of others: ENGINE_FORBIDDEN', async () => {
  await using engine = await startFakeEngine(() => undefined);
  await chmod(engine.socketPath, 0o000);
  using _ = notAsRoot();

  const connecting = connectEngine({ env, host: engine.host });

  await expect(connecting).rejects.toMatchObject({ code: 'ENGINE_FORBIDDEN', exitCode: 3 });
});

/** Root may use every socket: for a moment this process is nobody. */
function notAsRoot(): Disposable {
  if (process.geteuid?.() !== 0) return { [Symbol.dispose]: () => undefined };
  process.seteuid?.(65_534);
  return { [Symbol.dispose]: () => process.seteuid?.(0) };
}

test('an engine that accepts and never answers: ENGINE_UNREACHABLE after the deadline', async () => {
  await using engine = await listen(() => undefined);

  const connecting = connectEngine({ env, host: engine.host, timeoutMs: 100 });

  await expect(connecting).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE', exitCode: 3 });
  await expect(connecting).rejects.toThrow(/did not answer GET \/\w+ within 0\.1 s$/u);
});

test('an engine that dies in the middle of an answer: ENGINE_GONE', async () => {
  await using engine = await listen((_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"Version":');
    setImmediate(() => response.destroy());
  });

  const connecting = connectEngine({ env, host: engine.host });

  await expect(connecting).rejects.toMatchObject({ code: 'ENGINE_GONE', exitCode: 3 });
});

test('an engine that fails: ENGINE_FAILED, with its own words', async () => {
  await using engine = await startFakeEngine((_, response) => {
    response.writeHead(500, { 'content-type': 'application/json' });
    response.end('{"message":"database is locked"}');
  });
  const connected = await connectEngine({ env, host: engine.host });

  const asking = connected.containers.inspect('x');

  await expect(asking).rejects.toMatchObject({
    code: 'ENGINE_FAILED',
    message: 'The engine failed at GET /containers/x/json: database is locked',
  });
});

test.each([500, 400])(
  'a full disk is told from every other failure with status %i: ENGINE_DISK_FULL',
  async (status) => {
    await using engine = await startFakeEngine((_, response) => {
      response.writeHead(status);
      response.end('{"message":"mkdir /var/lib/docker/tmp/x: no space left on device"}');
    });
    const connected = await connectEngine({ env, host: engine.host });

    const creating = connected.objects.createVolume('x', {});

    await expect(creating).rejects.toMatchObject({ code: 'ENGINE_DISK_FULL', exitCode: 3 });
  },
);

test('an old engine: ENGINE_TOO_OLD', async () => {
  const version = { ...versionAnswer, Version: '19.03.15', ApiVersion: '1.40' };
  await using engine = await startFakeEngine(() => undefined, version);

  const connecting = connectEngine({ env, host: engine.host });

  await expect(connecting).rejects.toMatchObject({
    code: 'ENGINE_TOO_OLD',
    exitCode: 3,
    message: `The engine at ${engine.host} is 19.03.15 with API 1.40; at least API 1.41 is needed`,
  });
});

test.each([
  ['1.41', '1.12', '1.41'],
  ['1.47', '1.24', '1.47'],
  ['1.99', '1.24', '1.51'],
  ['1.99', '1.60', '1.60'],
  ['2.0', '', '1.51'],
])('an engine with API %s, at least %s, is spoken to in %s', async (offered, oldest, spoken) => {
  const version = { ...versionAnswer, ApiVersion: offered, MinAPIVersion: oldest };
  const urls: string[] = [];
  await using engine = await startFakeEngine((request, response) => {
    urls.push(request.url ?? '');
    response.end('[]');
  }, version);

  const connected = await connectEngine({ env, host: engine.host });
  await connected.images.list([]);

  expect(connected.info).toMatchObject({ apiVersion: spoken, isLocal: false });
  expect(urls[0]).toMatch(new RegExp(`^/v${spoken.replace('.', '\\.')}/images/json`, 'u'));
});

test('what is no engine: ENGINE_FAILED', async () => {
  await using engine = await listen((_, response) => response.end('<html>hello</html>'));

  const connecting = connectEngine({ env, host: engine.host });

  await expect(connecting).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
});

test('a deadline holds for the body too, not only for its head', async () => {
  await using engine = await startFakeEngine((_, response) => {
    response.writeHead(200);
    response.write('[');
  });
  const connected = await connectEngine({ env, host: engine.host, timeoutMs: 100 });

  const asking = connected.images.list([]);

  await expect(asking).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
});

test('a stream that is cut fails as ENGINE_GONE where it is read', async () => {
  await using engine = await startFakeEngine((_, response) => {
    response.writeHead(200);
    response.write('part');
    setTimeout(() => response.destroy(), 20);
  });
  const connected = await connectEngine({ env, host: engine.host });
  const stream = await connected.images.save('x');

  const reading = stream.toArray();

  await expect(reading).rejects.toMatchObject({ code: 'ENGINE_GONE' });
});

test('a signal ends a stream, and the reason comes through', async () => {
  await using engine = await startFakeEngine((_, response) => {
    response.writeHead(200);
    response.write('part');
  });
  const connected = await connectEngine({ env, host: engine.host });
  const controller = new AbortController();
  const stream = await connected.images.save('x', controller.signal);
  const reason = new Error('enough');

  setTimeout(() => controller.abort(reason), 20);
  const reading = stream.toArray();

  await expect(reading).rejects.toBe(reason);
});

test('podman is known by its components, and rootless engines are never local', async () => {
  const version = { ...versionAnswer, Components: [{ Name: 'Podman Engine' }] };
  await using engine = await listen((request, response) => {
    const info = { SecurityOptions: ['name=seccomp', 'name=rootless', 'name=userns'] };
    response.end(JSON.stringify(request.url === '/version' ? version : info));
  });

  const connected = await connectEngine({ env, host: engine.host });

  expect(connected.info).toMatchObject({
    product: 'podman',
    isRootless: true,
    hasUserNamespaces: true,
    isLocal: false,
  });
});

test('an image store of containerd is told from the old one', async () => {
  await using engine = await listen((request, response) => {
    const info = { DriverStatus: [['driver-type', 'io.containerd.snapshotter.v1']] };
    response.end(JSON.stringify(request.url === '/version' ? versionAnswer : info));
  });

  const connected = await connectEngine({ env, host: engine.host });

  expect(connected.info.store).toBe('containerd');
});

const certificates = fileURLToPath(new URL('fixtures/tls', import.meta.url));

async function startTlsEngine() {
  const [cert, key] = await Promise.all(
    ['cert.pem', 'key.pem'].map((name) => readFile(join(certificates, name))),
  );
  const server = createTlsServer({ cert, key }, (request, response) => {
    response.end(JSON.stringify(request.url === '/info' ? {} : versionAnswer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    host: `tcp://localhost:${String(address.port)}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('a TLS engine whose certificate is not trusted: ENGINE_UNREACHABLE', async () => {
  await using engine = await startTlsEngine();

  const connecting = connectEngine({ env: { DOCKER_TLS_VERIFY: '1' }, host: engine.host });

  await expect(connecting).rejects.toMatchObject({
    code: 'ENGINE_UNREACHABLE',
    hint: 'Check the certificates in DOCKER_CERT_PATH or in the Docker context.',
  });
});

test('a TLS engine is reached with the certificates of DOCKER_CERT_PATH', async () => {
  await using engine = await startTlsEngine();
  const tls = { DOCKER_CERT_PATH: certificates, DOCKER_TLS_VERIFY: '1' };

  const connected = await connectEngine({ env: tls, host: engine.host });

  expect(connected.endpoint).toMatchObject({
    kind: 'tcp',
    url: engine.host,
    env: { DOCKER_HOST: engine.host, ...tls },
  });
});

test('a TLS engine is taken unseen only when DOCKER_TLS says so without VERIFY', async () => {
  await using engine = await startTlsEngine();

  const connected = await connectEngine({ env: { DOCKER_TLS: '1' }, host: engine.host });

  expect(connected.info.version).toBe('20.10.24');
});

test('a TLS engine that is dialled without TLS is an engine that cannot be used', async () => {
  await using engine = await startTlsEngine();

  const connecting = connectEngine({ env, host: engine.host });

  await expect(connecting).rejects.toMatchObject({ exitCode: 3 });
});

test('an engine without a free network says what to do about it', async () => {
  await using engine = await startFakeEngine((_, response) => {
    response.writeHead(500);
    response.end(
      '{"message":"could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network"}',
    );
  });
  const connected = await connectEngine({ env, host: engine.host });

  const creating = connected.objects.createNetwork('x', {});

  await expect(creating).rejects.toMatchObject({
    code: 'ENGINE_FAILED',
    hint: 'Remove networks that nobody uses, or give the engine more `default-address-pools`.',
  });
});
