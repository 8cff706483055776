import { isAbsolute, resolve } from 'node:path';
import type { Environment } from '../host/environment.ts';
import { messageOf } from '../kernel/errors.ts';
import { Secret } from '../kernel/secret.ts';
import { EvidenceError } from './errors.ts';
import { loadSigningKey } from './keys.ts';
import { createKeySigner, type StatementSigner } from './signer.ts';
import { isKeyless } from './signer-environment.ts';

/**
 * Who signs in this environment: the key of `SEATRIAL_KEY`; or else, where `SEATRIAL_TRUSTED_ROOT` says whose
 * services may be asked and the job has a token for them, the identity of the job. Absent when there is neither.
 * Services are not contacted before the first signature. Paths are relative to `folder`.
 * @throws {EvidenceError} KEY_INVALID
 */
export async function loadSigner(
  env: Environment,
  folder: string,
): Promise<StatementSigner | undefined> {
  const key = await loadSigningKey(env, folder);
  if (key !== undefined) return createKeySigner(key);
  if (!isKeyless(env)) return undefined;
  const root = env['SEATRIAL_TRUSTED_ROOT'] ?? '';
  const [{ createKeylessSigner }, { loadTrustedRoot }] = await Promise.all([
    import('./keyless.ts'),
    import('./policy.ts'),
  ]);
  return createKeylessSigner({
    token: async () => await readToken(env),
    root: await loadTrustedRoot(isAbsolute(root) ? root : resolve(folder, root)),
    fulcioUrl: addressOf(env, 'SEATRIAL_FULCIO_URL') ?? 'https://fulcio.sigstore.dev',
    rekorUrl: addressOf(env, 'SEATRIAL_REKOR_URL') ?? 'https://rekor.sigstore.dev',
    tsaUrl: addressOf(env, 'SEATRIAL_TSA_URL'),
    secrets: ['SIGSTORE_ID_TOKEN', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'].flatMap((name) => {
      const value = env[name];
      return value ? [new Secret(value)] : [];
    }),
  });
}

function addressOf(env: Environment, name: string): string | undefined {
  const value = env[name];
  if (value === undefined || value === '') return undefined;
  if (/^https?:/u.test(value) && URL.canParse(value)) return value;
  throw new EvidenceError('KEY_INVALID', `${name} is no web address`, {
    hint: `Set \`${name}\` to the address of the service, with https://.`,
  });
}

const TOKEN_TIMEOUT_MS = 30_000;

/** @see https://docs.github.com/en/actions/reference/security/oidc#methods-for-requesting-the-oidc-token */
async function readToken(env: Environment): Promise<Secret> {
  const given = env['SIGSTORE_ID_TOKEN'];
  if (given) return new Secret(given);
  const url = new URL(env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '');
  url.searchParams.set('audience', 'sigstore');
  const token = await fetchToken(url, env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '');
  if (token !== undefined) return new Secret(token);
  throw new EvidenceError('SIGNING_FAILED', `${url.host} gives no token for signing`, {
    hint: 'Give the job the permission `id-token: write`.',
  });
}

/** Absent when the answer holds none. */
async function fetchToken(url: URL, bearer: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url, {
      headers: { authorization: `Bearer ${bearer}`, accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(TOKEN_TIMEOUT_MS),
    });
    const body: unknown = await answer.json();
    if (typeof body !== 'object' || body === null || !('value' in body)) return undefined;
    return typeof body.value === 'string' && body.value !== '' ? body.value : undefined;
  } catch (error) {
    throw new EvidenceError(
      'SIGNING_FAILED',
      `${url.host} could not be asked for a token: ${messageOf(error)}`,
    );
  }
}
