import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProcess } from '../../host/process.ts';
import type { TestServer } from '../testing/guarded-registry.ts';
import { startGuardedRegistry } from '../testing/guarded-registry.ts';
import { quickLimits } from '../testing/faulty-registry.ts';
import { openRepository } from './open-repository.ts';

async function makeCertificate(argv: string): Promise<void> {
  const made = await runProcess(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...argv.split(' ')],
    { env: { PATH: '/usr/bin:/bin' } },
  );
  if (made.exitCode !== 0) throw new Error(`openssl makes no certificate: ${made.output}`);
}

let folder: string;
let key: Buffer;
let cert: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-tls-'));
  await makeCertificate(
    '-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -days 2 ' +
      `-keyout ${folder}/own.key -out ${folder}/own.crt`,
  );
  key = await readFile(join(folder, 'own.key'));
  cert = await readFile(join(folder, 'own.crt'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function startTlsRegistry(isMutual = false): Promise<TestServer> {
  const mutual = isMutual ? { ca: cert, requestCert: true, rejectUnauthorized: true } : {};
  return await startGuardedRegistry(
    () => true,
    (listener) => createHttpsServer({ key, cert, ...mutual }, listener),
  );
}

/** A certificates folder with ours for this host. */
async function trustFor(host: string, names: readonly string[]): Promise<string> {
  const certificatesFolder = join(folder, `certs-${host.replace(':', '-')}`);
  await mkdir(join(certificatesFolder, host), { recursive: true });
  for (const name of names) {
    const source = name.endsWith('.key') ? 'own.key' : 'own.crt';
    await copyFile(join(folder, source), join(certificatesFolder, host, name));
  }
  return certificatesFolder;
}

test('a registry with TLS on loopback is found to speak it, and its unknown certificate refused', async () => {
  await using registry = await startTlsRegistry();
  const options = { repository: `${registry.host}/app`, env: {}, limits: quickLimits };
  await using repository = openRepository({ ...options, trust: { plainHttp: 'never' } });

  const probe = repository.probe();

  await expect(probe).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
  await expect(probe).rejects.toThrow('DEPTH_ZERO_SELF_SIGNED_CERT');
  await expect(probe).rejects.toMatchObject({
    hint: 'Put the certificate of its authority into `/etc/docker/certs.d/<host>/ca.crt`.',
  });
});

/** Signed by itself and trusted: nothing is wrong with it but what the case says. */
async function startWith(
  key: Buffer,
  cert: Buffer,
): Promise<{ readonly registry: TestServer; readonly certificatesFolder: string }> {
  const registry = await startGuardedRegistry(
    () => true,
    (listener) => createHttpsServer({ key, cert }, listener),
  );
  const certificatesFolder = join(folder, `trusted-${registry.port}`);
  await mkdir(join(certificatesFolder, registry.host), { recursive: true });
  await writeFile(join(certificatesFolder, registry.host, 'ca.crt'), cert);
  return { registry, certificatesFolder };
}

describe('a certificate is refused although its authority is trusted', () => {
  const fixtures = join(import.meta.dirname, '..', 'testing', 'tls');
  const other =
    '-subj /CN=other.test -addext subjectAltName=DNS:other.test -days 2 ' +
    `-keyout {}/other.key -out {}/other.crt`;

  test.each([
    ['when it has expired', 'expired', 'CERT_HAS_EXPIRED'],
    ['when it is for another host', 'other', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('%s, and nothing is sent in plain text', async (_, name, code) => {
    const from = name === 'other' ? folder : fixtures;
    if (name === 'other') await makeCertificate(other.replaceAll('{}', folder));
    const [badKey, badCert] = await Promise.all([
      readFile(join(from, `${name}.key`)),
      readFile(join(from, `${name}.crt`)),
    ]);
    const { registry, certificatesFolder } = await startWith(badKey, badCert);
    await using _registry = registry;
    await using repository = openRepository({
      repository: `${registry.host}/app`,
      env: {},
      limits: quickLimits,
      trust: { certificatesFolder, plainHttp: 'never' },
    });

    const probe = repository.probe();

    await expect(probe).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
    await expect(probe).rejects.toThrow(code);
    expect(registry.seen).toEqual([]);
  });
});

test('an authority in the certificates folder of the host is trusted', async () => {
  await using registry = await startTlsRegistry();
  const certificatesFolder = await trustFor(registry.host, ['ca.crt']);
  await using repository = openRepository({
    repository: `${registry.host}/app`,
    env: {},
    trust: { certificatesFolder },
  });

  expect(await repository.tags.list()).toEqual([]);
});

test('our own certificate is shown to a registry that asks for one', async () => {
  await using registry = await startTlsRegistry(true);
  const certificatesFolder = await trustFor(registry.host, ['ca.crt', 'client.cert', 'client.key']);
  await using repository = openRepository({
    repository: `${registry.host}/app`,
    env: {},
    trust: { certificatesFolder },
  });

  expect(await repository.tags.list()).toEqual([]);
});

test('a name that is not loopback is never tried in plain HTTP', async () => {
  await using registry = await startGuardedRegistry(() => true);
  const { port } = registry;
  await using repository = openRepository({
    repository: `ip6-localhost.invalid:${port}/app`,
    env: {},
    limits: quickLimits,
  });

  await expect(repository.probe()).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
  expect(registry.seen).toEqual([]);
});

test('where plain HTTP was expected and forbidden, the message says what to do', async () => {
  await using registry = await startGuardedRegistry(() => true);
  await using repository = openRepository({
    repository: `${registry.host}/app`,
    env: {},
    limits: quickLimits,
    trust: { plainHttp: 'never' },
  });

  await expect(repository.probe()).rejects.toMatchObject({
    code: 'REGISTRY_UNREACHABLE',
    hint: 'If the registry speaks plain HTTP only, allow that for this host explicitly.',
  });
});
