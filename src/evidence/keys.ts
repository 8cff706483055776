import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { open, readFile, rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import type { Environment } from '../host/environment.ts';
import { syncFolder } from '../host/files.ts';
import { messageOf, systemCodeOf } from '../kernel/errors.ts';
import { Secret } from '../kernel/secret.ts';
import { EvidenceError } from './errors.ts';
import type { TrustedKey } from './verify-bundle.ts';

export interface SigningKey {
  /** For messages: `SEATRIAL_KEY`, or the path it holds. */
  readonly origin: string;
  readonly privateKey: KeyObject;
  /** Its own public half: what its signatures are checked with. */
  readonly trusted: TrustedKey;
  /** Everything of it that must not be printed. */
  readonly secrets: readonly Secret[];
}

const KEY_VARIABLE = 'SEATRIAL_KEY';
const PASSWORD_VARIABLE = 'SEATRIAL_KEY_PASSWORD';
const CURVE = 'prime256v1';
const MAX_KEY_BYTES = 64 * 1024;

/**
 * The key of `SEATRIAL_KEY`, which is a path or the PEM text itself; absent when it is not set.
 * @throws {EvidenceError} KEY_INVALID
 */
export async function loadSigningKey(
  env: Environment,
  folder: string,
): Promise<SigningKey | undefined> {
  const value = env[KEY_VARIABLE];
  if (value === undefined || value.trim() === '') return undefined;
  const { origin, text } = await readKeyText(value, { folder, variable: KEY_VARIABLE });
  const password = env[PASSWORD_VARIABLE];
  const pem = /BEGIN ENCRYPTED (?:SIGSTORE|COSIGN) PRIVATE KEY/u.test(text)
    ? await (
        await import('./encrypted-key.ts')
      ).decryptPrivateKey(text, { origin, password: new Secret(password ?? '') })
    : text;
  const privateKey = parsePrivateKey(pem, { origin, password });
  const secrets = [text, pem].map(withoutArmour).concat(password ?? []);
  return {
    origin,
    privateKey,
    trusted: toTrustedKey(origin, publicHalf(privateKey)),
    secrets: secrets.map((each) => new Secret(each)),
  };
}

/**
 * A public key from a path, or from PEM text.
 * @throws {EvidenceError} KEY_INVALID
 */
export async function loadPublicKey(value: string, folder: string): Promise<TrustedKey> {
  const { origin, text } = await readKeyText(value, { folder, variable: 'the public key' });
  if (/PRIVATE KEY/u.test(text))
    throw new EvidenceError(
      'KEY_INVALID',
      `${origin} is a private key; only its public half is needed`,
      {
        hint: 'Give the file that ends in `.pub`, and keep the private key where it is.',
      },
    );
  let key: KeyObject;
  try {
    key = createPublicKey(text);
  } catch (error) {
    throw invalid(origin, 'is no public key in PEM', error);
  }
  refuseOtherKind(key, origin);
  return toTrustedKey(origin, key);
}

/**
 * Writes `<prefix>.key`, which only its owner may read, and `<prefix>.pub`. Nothing is ever overwritten.
 * @throws {EvidenceError} KEY_EXISTS
 */
export async function generateKeys(
  prefix: string,
): Promise<{ readonly keyFile: string; readonly publicFile: string; readonly hint: string }> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: CURVE });
  const [keyFile, publicFile] = [`${prefix}.key`, `${prefix}.pub`];
  // The public one first: a pair that is not whole then has no secret in it.
  await writeNew(publicFile, publicKey.export({ type: 'spki', format: 'pem' }), 0o644);
  try {
    await writeNew(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  } catch (error) {
    await rm(publicFile, { force: true });
    throw error;
  }
  return { keyFile, publicFile, hint: hintOf(publicKey) };
}

/** The lines around a key are in every key, and no secret. */
function withoutArmour(pem: string): string {
  return pem.replaceAll(/-----[A-Z ]+-----/gu, '').trim();
}

function toTrustedKey(name: string, publicKey: KeyObject): TrustedKey {
  return { name, publicKey, hint: hintOf(publicKey) };
}

function hintOf(publicKey: KeyObject): string {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}

function publicHalf(privateKey: KeyObject): KeyObject {
  return createPublicKey(privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

function parsePrivateKey(
  pem: string,
  { origin, password }: { readonly origin: string; readonly password: string | undefined },
): KeyObject {
  if (/BEGIN PUBLIC KEY/u.test(pem))
    throw invalid(origin, 'is a public key; signing needs the private one');
  if (/BEGIN CERTIFICATE/u.test(pem)) throw invalid(origin, 'is a certificate, and no private key');
  let key: KeyObject;
  try {
    key = createPrivateKey({
      key: pem,
      ...(password === undefined ? {} : { passphrase: password }),
    });
  } catch (error) {
    const isEncrypted = /ENCRYPTED/u.test(pem);
    throw invalid(
      origin,
      isEncrypted
        ? `is encrypted, and ${PASSWORD_VARIABLE} does not open it`
        : 'is no private key in PEM',
      // OpenSSL's own words name no part of the key.
      new Error(messageOf(error)),
    );
  }
  refuseOtherKind(key, origin);
  return key;
}

function refuseOtherKind(key: KeyObject, origin: string): void {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType === 'ec' && curve === CURVE) return;
  const kind = [key.asymmetricKeyType, curve].filter(Boolean).join(' ');
  throw invalid(origin, `is of the kind ${kind}; evidence is signed with ECDSA on P-256`);
}

interface KeyText {
  readonly origin: string;
  readonly text: string;
}

async function readKeyText(
  value: string,
  from: { readonly folder: string; readonly variable: string },
): Promise<KeyText> {
  // CI services that keep variables on one line have their line ends written out.
  if (value.includes('-----BEGIN'))
    return { origin: from.variable, text: value.replaceAll(String.raw`\n`, '\n') };
  const path = isAbsolute(value) ? value : resolve(from.folder, value);
  try {
    const { size } = await stat(path);
    if (size > MAX_KEY_BYTES) throw invalid(value, `has ${size} bytes, and is no key`);
    return { origin: value, text: await readFile(path, 'utf8') };
  } catch (error) {
    if (error instanceof EvidenceError) throw error;
    throw invalid(value, `cannot be read: ${systemCodeOf(error) ?? messageOf(error)}`, error);
  }
}

async function writeNew(path: string, text: string | Buffer, mode: number): Promise<void> {
  try {
    const file = await open(path, 'wx', mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST')
      throw new EvidenceError('KEY_EXISTS', `${path} is there already`, { cause: error });
    throw invalid(path, `cannot be written: ${systemCodeOf(error) ?? messageOf(error)}`, error);
  }
  await syncFolder(dirname(path));
}

function invalid(origin: string, problem: string, cause?: unknown): EvidenceError {
  return new EvidenceError('KEY_INVALID', `${origin} ${problem}`, { cause });
}
