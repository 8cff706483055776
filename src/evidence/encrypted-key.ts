import { scrypt } from 'node:crypto';
import nacl from 'tweetnacl';
import { z } from 'zod';
import type { Secret } from '../kernel/secret.ts';
import { EvidenceError } from './errors.ts';

/** What derives the key may use of memory: cosign's own parameters need 64 MiB. */
const MAX_MEMORY_BYTES = 512 * 1024 ** 2;

const bytes = (length: number): z.ZodType<Buffer, string> =>
  z
    .base64()
    .transform((text) => Buffer.from(text, 'base64'))
    .refine((value) => value.length === length, `has not ${length} bytes`);

/** @see https://github.com/secure-systems-lab/go-securesystemslib/blob/v0.9.0/encrypted/encrypted.go */
const sealedSchema = z.object({
  kdf: z.object({
    name: z.literal('scrypt'),
    params: z.object({
      N: z
        .int()
        .min(2)
        .max(2 ** 20),
      r: z.int().min(1).max(32),
      p: z.int().min(1).max(16),
    }),
    salt: bytes(32),
  }),
  cipher: z.object({ name: z.literal('nacl/secretbox'), nonce: bytes(24) }),
  ciphertext: z.base64().transform((text) => Buffer.from(text, 'base64')),
});

/**
 * The PKCS#8 PEM inside a private key as `cosign generate-key-pair` writes it. An empty password is a password.
 * @throws {EvidenceError} KEY_INVALID
 */
export async function decryptPrivateKey(
  pem: string,
  { origin, password }: { readonly origin: string; readonly password: Secret },
): Promise<string> {
  const sealed = parseSealed(pem, origin);
  const { N, r, p } = sealed.kdf.params;
  const key = await deriveKey(password, sealed.kdf.salt, {
    N,
    r,
    p,
    maxmem: MAX_MEMORY_BYTES,
  }).catch((error: unknown) => {
    throw new EvidenceError('KEY_INVALID', `${origin} asks for more than keys are derived with`, {
      cause: error,
    });
  });
  const der = nacl.secretbox.open(sealed.ciphertext, sealed.cipher.nonce, key);
  if (der === null)
    throw new EvidenceError(
      'KEY_INVALID',
      `${origin} is encrypted, and SEATRIAL_KEY_PASSWORD does not open it`,
      { hint: 'Set `SEATRIAL_KEY_PASSWORD` to the password that the key was made with.' },
    );
  const body = Buffer.from(der).toString('base64').replaceAll(/.{64}/gu, '$&\n').trimEnd();
  return `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`;
}

function parseSealed(pem: string, origin: string): z.infer<typeof sealedSchema> {
  const body = /-----BEGIN [A-Z ]+-----([A-Za-z0-9+/=\s]+)-----END [A-Z ]+-----/u.exec(pem)?.[1];
  const parsed = sealedSchema.safeParse(parseJson(Buffer.from(body ?? '', 'base64').toString()));
  if (parsed.success) return parsed.data;
  const place = parsed.error.issues[0]?.path.join('.') || 'its top';
  throw new EvidenceError(
    'KEY_INVALID',
    `${origin} is no encrypted Sigstore key: it is malformed at ${place}`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would quote the key.
    return undefined;
  }
}

async function deriveKey(
  password: Secret,
  salt: Buffer,
  params: { readonly N: number; readonly r: number; readonly p: number; readonly maxmem: number },
): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    scrypt(password.reveal(), salt, nacl.secretbox.keyLength, params, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
