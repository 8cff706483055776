import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { digestOf, hexOf } from '../kernel/digest.ts';
import { parseBundle, renderKeyBundle } from './bundle.ts';
import { preAuthEncoding } from './dsse.ts';
import { renderStatement } from './statement.ts';
import { makeSigner, makeStatement } from './testing/sample-evidence.ts';
import { verifyBundle, type Trust } from './verify-bundle.ts';

const digest = digestOf('image');
const signer = await makeSigner();
const bundle = await signer.sign(makeStatement(digest));

/** What becomes of a bundle: `verified`, or what is wrong with it. */
function judge(text: string | Uint8Array, trust: Trust = signer.trust): string {
  const parsed = parseBundle(Buffer.from(text));
  if (!parsed.ok) return parsed.problem;
  const check = verifyBundle(parsed.value, trust);
  return check.ok ? 'verified' : check.problem;
}

const wireSchema = z.looseObject({
  mediaType: z.string(),
  verificationMaterial: z.record(z.string(), z.unknown()),
  dsseEnvelope: z.looseObject({
    payload: z.string(),
    payloadType: z.string(),
    signatures: z.array(z.object({ sig: z.string() })),
  }),
});
type WireBundle = z.infer<typeof wireSchema>;

function toWire(text: string): WireBundle {
  return wireSchema.parse(JSON.parse(text));
}

function changed(change: (wire: WireBundle) => void): string {
  const wire = toWire(bundle);
  change(wire);
  return JSON.stringify(wire);
}

function flipped(text: string, at: number): string {
  const bytes = Buffer.from(text, 'base64');
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes.toString('base64');
}

describe('a bundle of ours', () => {
  test('is verified by the library that others verify theirs with', () => {
    const parsed = parseBundle(Buffer.from(bundle));

    expect(parsed).toMatchObject({ ok: true, value: { statement: { subject: { digest } } } });
    expect(judge(bundle)).toBe('verified');
  });

  test('has the form of a public-key bundle of version 0.3', () => {
    expect(JSON.parse(bundle)).toMatchObject({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: {
        publicKey: { hint: signer.trust.keys[0]?.hint },
        tlogEntries: [],
      },
      dsseEnvelope: { payloadType: 'application/vnd.in-toto+json' },
    });
  });

  test('is refused when any one byte of its payload changes', () => {
    const { payload } = toWire(bundle).dsseEnvelope;
    const length = Buffer.from(payload, 'base64').length;

    const survivors = Array.from({ length }, (_, at) => at).filter(
      (at) =>
        judge(changed((wire) => (wire.dsseEnvelope.payload = flipped(payload, at)))) === 'verified',
    );

    expect(length).toBeGreaterThan(500);
    expect(survivors).toEqual([]);
  });

  test('is refused when any one byte of its signature changes', () => {
    const sig = toWire(bundle).dsseEnvelope.signatures[0]?.sig ?? '';
    const { length } = Buffer.from(sig, 'base64');

    const survivors = Array.from({ length }, (_, at) => at).filter(
      (at) =>
        judge(changed((wire) => (wire.dsseEnvelope.signatures = [{ sig: flipped(sig, at) }]))) ===
        'verified',
    );

    expect(length).toBeGreaterThan(60);
    expect(survivors).toEqual([]);
  });

  test('is refused when it says what it does not say', () => {
    const other = makeStatement(digestOf('another image'));
    const swapped = changed((wire) => {
      wire.dsseEnvelope.payload = Buffer.from(other).toString('base64');
    });

    expect(judge(swapped)).toBe('names a trusted key, and its signature is not valid');
  });

  test.each([
    ['another media type', (wire: WireBundle) => (wire.mediaType += 'x'), 'mediaType'],
    [
      'another payload type',
      (wire: WireBundle) => (wire.dsseEnvelope.payloadType = 'application/json'),
      'payloadType',
    ],
    [
      'two signatures',
      (wire: WireBundle) => wire.dsseEnvelope.signatures.push(...wire.dsseEnvelope.signatures),
      'has to be exactly one',
    ],
    [
      'no signature',
      (wire: WireBundle) => (wire.dsseEnvelope.signatures = []),
      'has to be exactly one',
    ],
    [
      'an empty signature',
      (wire: WireBundle) => (wire.dsseEnvelope.signatures = [{ sig: '' }]),
      'is empty',
    ],
    [
      'a payload in other letters for the same bytes',
      (wire: WireBundle) => (wire.dsseEnvelope.payload += '\n'),
      'no canonical base64',
    ],
    ['no key', (wire: WireBundle) => (wire.verificationMaterial = {}), 'is no valid bundle'],
    [
      'a text where the envelope should be',
      (wire: WireBundle) => Object.assign(wire, { dsseEnvelope: 'x' }),
      'malformed at dsseEnvelope',
    ],
    [
      'a list where the payload should be',
      (wire: WireBundle) => Object.assign(wire.dsseEnvelope, { payload: [1] }),
      'malformed at dsseEnvelope.payload',
    ],
    [
      'a message signature beside the envelope',
      (wire: WireBundle) =>
        Object.assign(wire, {
          messageSignature: { messageDigest: { algorithm: 'SHA2_256', digest: '' }, signature: '' },
        }),
      'is no valid bundle',
    ],
  ])('with %s is refused', (_, change, problem) => {
    expect(judge(changed(change))).toContain(problem);
  });

  test('that is no JSON, or no text, is refused', () => {
    expect(judge('{')).toContain('is no JSON');
    expect(judge(Buffer.from([0xff, 0xfe]))).toContain('is no JSON');
    expect(judge('null')).toContain('is malformed');
  });
});

describe('a signature', () => {
  test('by another key is refused, also when it names ours', async () => {
    const other = await makeSigner();
    const theirs = await other.sign(makeStatement(digest));
    const disguised = toWire(theirs);
    disguised.verificationMaterial = {
      publicKey: { hint: signer.trust.keys[0]?.hint },
      tlogEntries: [],
    };

    expect(judge(theirs)).toContain('is signed by none of the trusted keys');
    expect(judge(JSON.stringify(disguised))).toBe(
      'names a trusted key, and its signature is not valid',
    );
  });

  test('by any of several keys counts, so that keys can be changed', async () => {
    const [older, newer] = [await makeSigner(), await makeSigner()];
    const trust = { keys: [...newer.trust.keys, ...older.trust.keys], identities: [] };

    expect(judge(await older.sign(makeStatement(digest)), trust)).toBe('verified');
    expect(judge(await newer.sign(makeStatement(digest)), trust)).toBe('verified');
  });

  test('counts for nothing when nobody is trusted', () => {
    expect(judge(bundle, { keys: [], identities: [] })).toContain('no key is trusted');
  });

  test('over the statement alone, without its type, is refused', () => {
    const payload = Buffer.from(makeStatement(digest));
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const hint = 'raw';
    const trust = { keys: [{ name: 'raw', publicKey, hint }], identities: [] };
    const bare = sign('sha256', payload, privateKey);
    const right = sign(
      'sha256',
      preAuthEncoding('application/vnd.in-toto+json', payload),
      privateKey,
    );
    const wrongType = sign('sha256', preAuthEncoding('text/plain', payload), privateKey);

    const judged = [bare, wrongType, right].map((signature) =>
      judge(renderKeyBundle({ payload, signature, keyHint: hint }), trust),
    );

    expect(judged[0]).toContain('not valid');
    expect(judged[1]).toContain('not valid');
    expect(judged[2]).toBe('verified');
  });
});

test('the text that is signed is that of the DSSE specification', () => {
  expect(
    preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world')).toString(),
  ).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
});

async function judgeStatement(text: string): Promise<string> {
  return judge(await signer.sign(text));
}

function subjectOf(contents: string): object {
  return { name: 'x', digest: { sha256: hexOf(digestOf(contents)) } };
}

describe('a statement inside a bundle', () => {
  const good = z
    .looseObject({ subject: z.array(z.unknown()) })
    .parse(JSON.parse(makeStatement(digest)));

  test.each([
    ['of an older version', { _type: 'https://in-toto.io/Statement/v0.1' }, '_type'],
    ['about nothing', { subject: [] }, 'subject: is nothing'],
    [
      'about one digest twice',
      { subject: [...good.subject, ...good.subject] },
      'subject: names one digest twice',
    ],
    [
      'about more digests than any index has',
      { subject: Array.from({ length: 101 }, (_, each) => subjectOf(String(each))) },
      'subject: is more than 100',
    ],
    [
      'with a digest in upper case',
      { subject: [{ name: 'x', digest: { sha256: 'A'.repeat(64) } }] },
      'is no sha256 digest',
    ],
    [
      'with a digest of another kind only',
      { subject: [{ name: 'x', digest: { sha512: 'a'.repeat(128) } }] },
      'subject.0.digest.sha256',
    ],
    ['without a kind', { predicateType: '' }, 'predicateType'],
    ['with a list as its predicate', { predicate: [] }, 'predicate'],
  ])('%s is refused, however well signed', async (_, change, problem) => {
    expect(await judgeStatement(JSON.stringify({ ...good, ...change }))).toContain(problem);
  });

  test('that is no JSON is refused', async () => {
    expect(await judgeStatement('hello')).toContain('holds a statement that is no JSON');
  });

  test('reads back as it was written', () => {
    const statement = {
      subject: { name: 'registry.example/app', digest },
      members: [{ name: 'registry.example/app', digest: digestOf('member') }],
      predicateType: 'https://example.com/x',
      predicate: { a: [1] },
    };
    const parsed = parseBundle(
      Buffer.from(
        renderKeyBundle({
          payload: Buffer.from(renderStatement(statement)),
          signature: Buffer.from('x'),
          keyHint: '',
        }),
      ),
    );

    expect(parsed).toMatchObject({ ok: true, value: { statement } });
  });
});
