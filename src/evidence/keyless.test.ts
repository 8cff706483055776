import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { digestOf } from '../kernel/digest.ts';
import { parseBundle } from './bundle.ts';
import { loadSigner } from './load-signer.ts';
import { wantsSigner } from './signer-environment.ts';
import type { StatementSigner } from './signer.ts';
import { startFakeSigstore, type FakeSigstore } from './testing/fake-sigstore.ts';
import { makeStatement } from './testing/sample-evidence.ts';
import { verifyBundle, type TrustedIdentity } from './verify-bundle.ts';

const statement = makeStatement(digestOf('image'));
const issuer = 'https://token.actions.githubusercontent.com';
const subject = 'https://github.com/me/app/.github/workflows/ci.yml@refs/heads/main';

const bundleSchema = z.looseObject({ verificationMaterial: z.looseObject({}) });

interface Job extends AsyncDisposable {
  readonly sigstore: FakeSigstore;
  readonly env: Readonly<Record<string, string>>;
}

/** A job with a token of its own, and the services that believe it. */
async function startJob(): Promise<Job> {
  const sigstore = await startFakeSigstore();
  const folder = await mkdtemp(join(tmpdir(), 'seatrial-keyless-'));
  const rootFile = join(folder, 'trusted_root.json');
  await writeFile(rootFile, JSON.stringify(TrustedRoot.toJSON(sigstore.root)));
  return {
    sigstore,
    env: {
      SEATRIAL_TRUSTED_ROOT: rootFile,
      SEATRIAL_FULCIO_URL: sigstore.url,
      SEATRIAL_REKOR_URL: sigstore.url,
      SEATRIAL_TSA_URL: sigstore.url,
      SIGSTORE_ID_TOKEN: sigstore.token,
    },
    [Symbol.asyncDispose]: async () => {
      await sigstore[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function signerOf(env: Readonly<Record<string, string>>): Promise<StatementSigner> {
  const signer = await loadSigner(env, '/');
  if (signer === undefined) throw new Error('nobody signs');
  return signer;
}

function judge(bundle: string, ...identities: readonly TrustedIdentity[]): string {
  const parsed = parseBundle(Buffer.from(bundle));
  if (!parsed.ok) return parsed.problem;
  const check = verifyBundle(parsed.value, { keys: [], identities });
  return check.ok ? 'verified' : check.problem;
}

describe('a job with a token', () => {
  test('signs as itself, and is believed by whoever trusts it', async () => {
    await using job = await startJob();
    const signer = await signerOf(job.env);

    const bundle = await signer.sign(statement);

    const { root } = job.sigstore;
    expect(job.sigstore.asked.toSorted()).toEqual([
      '/api/v1/log/entries',
      '/api/v1/timestamp',
      '/api/v2/signingCert',
    ]);
    expect(judge(bundle, { issuer, subject, root })).toBe('verified');
    expect(judge(bundle, { issuer, subject: 'https://github.com/me/app/*', root })).toBe(
      'verified',
    );
    expect(judge(bundle, ...signer.trust.identities)).toBe('verified');
  });

  test('trusts nobody before it has signed, and then nobody but itself', async () => {
    await using job = await startJob();
    const signer = await signerOf(job.env);
    const before = signer.trust;

    await signer.sign(statement);

    expect(before).toEqual({ keys: [], identities: [] });
    expect(signer.trust.identities).toMatchObject([{ issuer, subject }]);
  });

  test('of GitHub gets the token for itself', async () => {
    await using job = await startJob();
    const { SIGSTORE_ID_TOKEN: _, ...env } = job.env;

    const signer = await signerOf({
      ...env,
      ACTIONS_ID_TOKEN_REQUEST_URL: `${job.sigstore.url}/token?api-version=2`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
    });

    await signer.sign(statement);
    expect(job.sigstore.asked).toContain('/token');
    expect(signer.trust.identities).toMatchObject([{ subject }]);
  });

  test('of GitHub that may not have a token is told which right it lacks', async () => {
    await using job = await startJob();
    const { SIGSTORE_ID_TOKEN: _, ...env } = job.env;
    const signer = await signerOf({
      ...env,
      ACTIONS_ID_TOKEN_REQUEST_URL: `${job.sigstore.url}/token`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'wrong-token',
    });

    const signing = signer.sign(statement);

    await expect(signing).rejects.toMatchObject({ code: 'SIGNING_FAILED', exitCode: 3 });
    expect(inspect(await signing.catch((error: unknown) => error))).not.toContain('wrong-token');
  });
});

describe('a signature by an identity', () => {
  test('is refused for another subject, issuer or authority', async () => {
    await using job = await startJob();
    await using other = await startFakeSigstore();
    const bundle = await (await signerOf(job.env)).sign(statement);
    const { root } = job.sigstore;

    expect(judge(bundle)).toContain('no identity is trusted');
    expect(judge(bundle, { issuer, subject: `${subject}x`, root })).toContain('who is not trusted');
    // In a regular expression the dots would match.
    expect(
      judge(bundle, { issuer, subject: subject.replace('github.com', 'github?com'), root }),
    ).toContain('who is not trusted');
    expect(judge(bundle, { issuer: 'https://evil.example', subject, root })).toContain(
      'who is not trusted',
    );
    expect(judge(bundle, { issuer, subject, root: other.root })).toContain('no valid certificate');
  });

  test('is refused when its payload changes, or its place in the log is taken away', async () => {
    await using job = await startJob();
    const bundle = await (await signerOf(job.env)).sign(statement);
    const trusted = { issuer, subject, root: job.sigstore.root };
    const payload = Buffer.from(statement).toString('base64');
    const other = Buffer.from(makeStatement(digestOf('other'))).toString('base64');
    const wire = bundleSchema.parse(JSON.parse(bundle));
    const verificationMaterial = { ...wire.verificationMaterial, tlogEntries: [] };

    expect(judge(bundle, trusted)).toBe('verified');
    expect(judge(bundle.replace(payload, other), trusted)).toContain('no valid certificate');
    expect(judge(JSON.stringify({ ...wire, verificationMaterial }), trusted)).toContain(
      'no valid certificate',
    );
  });
});

describe('services that fail', () => {
  test.each(['/api/v2/signingCert', '/api/v1/log/entries', '/api/v1/timestamp'])(
    'at %s are SIGNING_FAILED, and the message holds no token',
    async (path) => {
      await using job = await startJob();
      job.sigstore.breakPath(path, 400);
      const signer = await signerOf(job.env);

      const signing = signer.sign(statement);

      await expect(signing).rejects.toMatchObject({ code: 'SIGNING_FAILED', exitCode: 3 });
      const error = inspect(await signing.catch((thrown: unknown) => thrown), { depth: 9 });
      expect(error).not.toContain(job.sigstore.token);
    },
  );

  test('that sign for another instance than is trusted are found out before anything is attached', async () => {
    await using job = await startJob();
    await using other = await startFakeSigstore();
    const signer = await signerOf({ ...job.env, SEATRIAL_FULCIO_URL: other.url });

    const signing = signer.sign(statement);

    await expect(signing).rejects.toMatchObject({ code: 'SIGNING_FAILED' });
    await expect(signing).rejects.toThrow('by the trusted root that is given');
  });
});

describe('who signs', () => {
  test('is nobody when there is neither key nor token, or no root that says whom to ask', async () => {
    const token = { SIGSTORE_ID_TOKEN: 'x' };

    expect([wantsSigner({}), wantsSigner(token)]).toEqual([false, false]);
    expect(await loadSigner({}, '/')).toBeUndefined();
    expect(await loadSigner(token, '/')).toBeUndefined();
    expect(wantsSigner({ ...token, SEATRIAL_TRUSTED_ROOT: 'root.json' })).toBe(true);
    expect(wantsSigner({ SEATRIAL_KEY: 'x.key' })).toBe(true);
  });

  test('cannot be found out with an address that is none', async () => {
    await using job = await startJob();

    const loading = loadSigner({ ...job.env, SEATRIAL_REKOR_URL: 'rekor.example' }, '/');

    await expect(loading).rejects.toMatchObject({ code: 'KEY_INVALID' });
  });
});
