import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findEngine } from './connect.ts';

let homeFolder: string;

beforeEach(async () => {
  homeFolder = await mkdtemp(join(tmpdir(), 'seatrial-home-'));
});

afterEach(async () => {
  await rm(homeFolder, { recursive: true });
});

async function write(path: string, contents: string): Promise<void> {
  const whole = join(homeFolder, '.docker', path);
  await mkdir(dirname(whole), { recursive: true });
  await writeFile(whole, contents);
}

const idOf = (name: string): string => createHash('sha256').update(name).digest('hex');

async function writeContext(name: string, docker: object): Promise<void> {
  const meta = { Name: name, Metadata: {}, Endpoints: { docker } };
  await write(`contexts/meta/${idOf(name)}/meta.json`, JSON.stringify(meta));
}

test('a given host wins over DOCKER_HOST, which wins over contexts', async () => {
  const env = { DOCKER_HOST: 'tcp://from-env:1', DOCKER_CONTEXT: 'absent' };

  const given = await findEngine({ env, homeFolder, host: 'tcp://given:1' });
  const fromEnv = await findEngine({ env, homeFolder });

  expect(given).toMatchObject({ url: 'tcp://given:1', origin: 'the given host' });
  expect(fromEnv).toMatchObject({ url: 'tcp://from-env:1', origin: 'DOCKER_HOST' });
});

test('DOCKER_CONTEXT wins over the current context of config.json', async () => {
  await write('config.json', JSON.stringify({ currentContext: 'current' }));
  await writeContext('current', { Host: 'tcp://current:1' });
  await writeContext('named', { Host: 'ssh://me@named' });

  const named = await findEngine({ env: { DOCKER_CONTEXT: 'named' }, homeFolder });
  const current = await findEngine({ env: {}, homeFolder });

  expect(named).toMatchObject({ kind: 'ssh', url: 'ssh://me@named', origin: 'context "named"' });
  expect(current).toMatchObject({ url: 'tcp://current:1', origin: 'context "current"' });
});

test('the certificates of a context are used', async () => {
  await writeContext('secure', { Host: 'tcp://secure:2376', SkipTLSVerify: false });
  for (const file of ['ca', 'cert', 'key']) {
    await write(`contexts/tls/${idOf('secure')}/docker/${file}.pem`, `the ${file}`);
  }

  const target = await findEngine({ env: { DOCKER_CONTEXT: 'secure' }, homeFolder });

  expect(target.tls).toMatchObject({
    ca: 'the ca',
    cert: 'the cert',
    key: 'the key',
    isVerified: true,
    folder: join(homeFolder, '.docker/contexts/tls', idOf('secure'), 'docker'),
  });
});

test('DOCKER_TLS_VERIFY with DOCKER_CERT_PATH makes DOCKER_HOST a TLS address', async () => {
  await write('ca.pem', 'the ca');
  const env = {
    DOCKER_HOST: 'tcp://box',
    DOCKER_TLS_VERIFY: '1',
    DOCKER_CERT_PATH: join(homeFolder, '.docker'),
  };

  const target = await findEngine({ env, homeFolder });

  expect(target).toMatchObject({ port: 2376, tls: { ca: 'the ca', isVerified: true } });
});

test('DOCKER_CONFIG moves the folder, and the context "default" means the socket', async () => {
  await write('elsewhere/config.json', JSON.stringify({ currentContext: 'default' }));
  const runtime = join(homeFolder, 'run');
  await mkdir(join(runtime, 'podman'), { recursive: true });
  await writeFile(join(runtime, 'podman', 'podman.sock'), '');
  const env = {
    DOCKER_CONFIG: join(homeFolder, '.docker/elsewhere'),
    XDG_RUNTIME_DIR: runtime,
  };

  const target = await findEngine({ env, homeFolder });

  expect(target.kind).toBe('unix');
  expect(['default socket', 'podman socket']).toContain(target.origin);
});

test.each([
  ['a context that is not there', {}],
  ['a context that is no JSON', { text: '{' }],
  ['a context without a Docker endpoint', { text: '{"Endpoints":{}}' }],
])('%s: ENGINE_CONTEXT_INVALID', async (_, { text }: { text?: string }) => {
  if (text !== undefined) await write(`contexts/meta/${idOf('broken')}/meta.json`, text);

  const finding = findEngine({ env: { DOCKER_CONTEXT: 'broken' }, homeFolder });

  await expect(finding).rejects.toMatchObject({ code: 'ENGINE_CONTEXT_INVALID', exitCode: 2 });
});

test('a config.json that is broken: ENGINE_CONTEXT_INVALID', async () => {
  await write('config.json', 'not json');

  const finding = findEngine({ env: {}, homeFolder });

  await expect(finding).rejects.toMatchObject({ code: 'ENGINE_CONTEXT_INVALID' });
});
