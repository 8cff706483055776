import { generateKeyPairSync, randomBytes, scryptSync, sign, verify } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import nacl from 'tweetnacl';
import { describe, expect, test } from 'vitest';
import { generateKeys, loadPublicKey, loadSigningKey } from './keys.ts';

const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicPem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** As `cosign generate-key-pair` seals a key, with quick parameters unless told otherwise. */
function seal(
  password: string,
  changes: { readonly N?: number; readonly label?: string } = {},
): string {
  const params = { N: changes.N ?? 1024, r: 8, p: 1 };
  const [salt, nonce] = [randomBytes(32), randomBytes(24)];
  const der = pair.privateKey.export({ type: 'pkcs8', format: 'der' });
  const key = scryptSync(password, salt, 32, { N: 1024, r: 8, p: 1 });
  const sealed = {
    kdf: { name: 'scrypt', params, salt: salt.toString('base64') },
    cipher: { name: 'nacl/secretbox', nonce: nonce.toString('base64') },
    ciphertext: Buffer.from(nacl.secretbox(der, nonce, key)).toString('base64'),
  };
  const label = changes.label ?? 'ENCRYPTED SIGSTORE PRIVATE KEY';
  const body = Buffer.from(JSON.stringify(sealed)).toString('base64').replaceAll(/.{64}/gu, '$&\n');
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'seatrial-keys-'));
  return {
    path,
    [Symbol.asyncDispose]: async () => await rm(path, { recursive: true, force: true }),
  };
}

describe('a pair of keys', () => {
  test('is generated so that one signs, the other verifies, and only the owner reads the private one', async () => {
    await using folder = await temporaryFolder();

    const made = await generateKeys(join(folder.path, 'release'));

    const key = await loadSigningKey({ SEATRIAL_KEY: made.keyFile }, '/');
    const trusted = await loadPublicKey('release.pub', folder.path);
    const text = Buffer.from('text');
    expect((await stat(made.keyFile)).mode & 0o777).toBe(0o600);
    expect(await readFile(made.keyFile, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/u);
    expect(await readFile(made.publicFile, 'utf8')).toMatch(/^-----BEGIN PUBLIC KEY-----\n/u);
    expect(key?.trusted.hint).toBe(trusted.hint);
    expect(made.hint).toBe(trusted.hint);
    expect(
      key && verify('sha256', text, trusted.publicKey, sign('sha256', text, key.privateKey)),
    ).toBe(true);
  });

  test.each(['release.key', 'release.pub'])('never overwrites %s', async (name) => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, name), 'precious');

    const generating = generateKeys(join(folder.path, 'release'));

    await expect(generating).rejects.toMatchObject({ code: 'KEY_EXISTS', exitCode: 2 });
    expect(await readFile(join(folder.path, name), 'utf8')).toBe('precious');
    const other = name === 'release.key' ? 'release.pub' : 'release.key';
    await expect(stat(join(folder.path, other))).rejects.toThrow('ENOENT');
  });

  test('is not written where nothing can be written', async () => {
    const generating = generateKeys('/nowhere/at/all');

    await expect(generating).rejects.toMatchObject({ code: 'KEY_INVALID' });
  });
});

describe('a signing key', () => {
  test('is absent when nobody names one', async () => {
    expect(await loadSigningKey({}, '/')).toBeUndefined();
    expect(await loadSigningKey({ SEATRIAL_KEY: ' ' }, '/')).toBeUndefined();
  });

  test.each([
    ['as text', { SEATRIAL_KEY: pem }],
    ['as text on one line', { SEATRIAL_KEY: pem.replaceAll('\n', String.raw`\n`) }],
    ['sealed by cosign', { SEATRIAL_KEY: seal('hunter2'), SEATRIAL_KEY_PASSWORD: 'hunter2' }],
    ['sealed with an empty password', { SEATRIAL_KEY: seal('') }],
    [
      'sealed by an old cosign',
      {
        SEATRIAL_KEY: seal('x', { label: 'ENCRYPTED COSIGN PRIVATE KEY' }),
        SEATRIAL_KEY_PASSWORD: 'x',
      },
    ],
    [
      'sealed by OpenSSL',
      {
        SEATRIAL_KEY: pair.privateKey
          .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'y' })
          .toString(),
        SEATRIAL_KEY_PASSWORD: 'y',
      },
    ],
  ])('is read %s', async (_, env) => {
    const key = await loadSigningKey(env, '/');

    expect(key?.privateKey.equals(pair.privateKey)).toBe(true);
  });

  test('shows in no form of printing, and its text is known for masking', async () => {
    const sealed = seal('hunter2');
    const key = await loadSigningKey(
      { SEATRIAL_KEY: sealed, SEATRIAL_KEY_PASSWORD: 'hunter2' },
      '/',
    );

    const printed = [inspect(key, { depth: 9 }), JSON.stringify(key)].join('\n');
    const secrets = key?.secrets.map((secret) => secret.reveal()) ?? [];

    expect(secrets).toHaveLength(3);
    expect(secrets.join('\n')).not.toContain('BEGIN');
    for (const secret of secrets) {
      for (const line of secret.split('\n')) expect(printed).not.toContain(line);
    }
  });

  const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;
  test.each([
    ['another curve', { SEATRIAL_KEY: p384.export(pkcs8).toString() }, 'secp384r1'],
    ['another kind', { SEATRIAL_KEY: rsa.export(pkcs8).toString() }, 'rsa'],
    ['the public half', { SEATRIAL_KEY: publicPem }, 'is a public key'],
    [
      'a certificate',
      { SEATRIAL_KEY: '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----' },
      'is a certificate',
    ],
    [
      'noise',
      { SEATRIAL_KEY: '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----' },
      'no private key',
    ],
    ['a file that is not there', { SEATRIAL_KEY: 'no.key' }, 'ENOENT'],
    [
      'a wrong password',
      { SEATRIAL_KEY: seal('a'), SEATRIAL_KEY_PASSWORD: 'b' },
      'does not open it',
    ],
    ['no password', { SEATRIAL_KEY: seal('a') }, 'SEATRIAL_KEY_PASSWORD'],
    [
      'no password for OpenSSL',
      {
        SEATRIAL_KEY: pair.privateKey
          .export({ ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'y' })
          .toString(),
      },
      'SEATRIAL_KEY_PASSWORD',
    ],
    ['a price nobody pays', { SEATRIAL_KEY: seal('a', { N: 2 ** 40 }) }, 'kdf.params.N'],
    [
      'a seal that is no JSON',
      {
        SEATRIAL_KEY:
          '-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nbm8=\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----',
      },
      'is malformed',
    ],
  ])('that is %s is KEY_INVALID, and the message holds nothing of it', async (_, env, problem) => {
    const loading = loadSigningKey(env, '/nowhere');

    await expect(loading).rejects.toMatchObject({ code: 'KEY_INVALID', exitCode: 2 });
    await expect(loading).rejects.toThrow(problem);
    const error: unknown = await loading.catch((thrown: unknown) => thrown);
    for (const line of env.SEATRIAL_KEY.split('\n').filter(
      (each) => each.length > 20 && !each.includes('---'),
    ))
      expect(inspect(error)).not.toContain(line);
  });

  test('that is a folder, or far too large, is KEY_INVALID', async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'folder'));
    await writeFile(join(folder.path, 'large'), Buffer.alloc(100_000));

    for (const name of ['folder', 'large']) {
      const loading = loadSigningKey({ SEATRIAL_KEY: name }, folder.path);
      await expect(loading).rejects.toMatchObject({ code: 'KEY_INVALID' });
    }
  });
});

describe('a public key', () => {
  test('is read from text and refused when it is the private one', async () => {
    expect((await loadPublicKey(publicPem, '/')).publicKey.equals(pair.publicKey)).toBe(true);
    await expect(loadPublicKey(pem, '/')).rejects.toThrow('is a private key');
  });

  test('of another kind, or that is none, is KEY_INVALID', async () => {
    const ed25519 = generateKeyPairSync('ed25519').publicKey.export({
      type: 'spki',
      format: 'pem',
    });

    for (const text of [
      ed25519.toString(),
      '-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----',
    ])
      await expect(loadPublicKey(text, '/')).rejects.toMatchObject({ code: 'KEY_INVALID' });
  });
});
