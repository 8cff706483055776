import type { KeyObject } from 'node:crypto';
import { bundleFromJSON } from '@sigstore/bundle';
import type { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier, type SignedEntity } from '@sigstore/verify';
import { messageOf } from '../kernel/errors.ts';
import type { ParsedBundle } from './bundle.ts';

/** Whose word counts. */
export interface Trust {
  readonly keys: readonly TrustedKey[];
  readonly identities: readonly TrustedIdentity[];
}

export interface TrustedKey {
  /** For people: where it was read from. */
  readonly name: string;
  /** ECDSA on P-256. */
  readonly publicKey: KeyObject;
  /** What bundles call it: base64 of the sha256 of its SPKI. */
  readonly hint: string;
}

/** Whoever a certificate authority says held a token of this issuer. */
export interface TrustedIdentity {
  readonly issuer: string;
  /** The whole subject of the certificate; `*` stands for any text. */
  readonly subject: string;
  /** Authorities and logs that are believed. */
  readonly root: TrustedRoot;
}

export type Signer =
  | { readonly kind: 'key'; readonly name: string; readonly hint: string }
  | { readonly kind: 'identity'; readonly issuer: string; readonly subject: string };

export type SignatureCheck =
  | { readonly ok: true; readonly signer: Signer }
  /** `problem` is a clause: "is …". */
  | { readonly ok: false; readonly problem: string };

/** Whether somebody who is trusted signed exactly this statement. */
export function verifyBundle(bundle: ParsedBundle, trust: Trust): SignatureCheck {
  let entity: SignedEntity;
  try {
    entity = toSignedEntity(bundleFromJSON(bundle.json));
  } catch (error) {
    return { ok: false, problem: `is no valid bundle: ${messageOf(error)}` };
  }
  return entity.key.$case === 'public-key'
    ? verifyByKeys(entity, bundle, trust.keys)
    : verifyByIdentities(entity, trust.identities);
}

const NO_ROOT: TrustedRoot = {
  mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  certificateAuthorities: [],
  timestampAuthorities: [],
  tlogs: [],
  ctlogs: [],
};

/** A key vouches by itself. What logs say of such a bundle is neither needed nor believed. */
function verifyByKeys(
  entity: SignedEntity,
  bundle: ParsedBundle,
  keys: readonly TrustedKey[],
): SignatureCheck {
  const alone: SignedEntity = { ...entity, tlogEntries: [], timestamps: [] };
  for (const { name, publicKey, hint } of keys) {
    const material = toTrustMaterial(NO_ROOT, () => ({ publicKey, validFor: () => true }));
    const verifier = new Verifier(material, {
      tlogThreshold: 0,
      ctlogThreshold: 0,
      timestampThreshold: 0,
    });
    if (problemOf(() => verifier.verify(alone)) === undefined)
      return { ok: true, signer: { kind: 'key', name, hint } };
  }
  if (keys.length === 0) return { ok: false, problem: 'is signed by a key, and no key is trusted' };
  const claimed = bundle.keyHint ? ` (it names ${bundle.keyHint.slice(0, 60)})` : '';
  const known = keys.some(({ hint }) => hint === bundle.keyHint);
  return {
    ok: false,
    problem: known
      ? 'names a trusted key, and its signature is not valid'
      : `is signed by none of the trusted keys${claimed}`,
  };
}

function verifyByIdentities(
  entity: SignedEntity,
  identities: readonly TrustedIdentity[],
): SignatureCheck {
  let problem = 'is signed by an identity, and no identity is trusted';
  for (const { issuer, subject, root } of identities) {
    const found = identify(entity, root);
    if (!('issuer' in found)) {
      problem = found.problem;
      continue;
    }
    if (found.issuer === issuer && matches(found.subject, subject))
      return { ok: true, signer: { kind: 'identity', ...found } };
    problem = `is signed by ${found.subject} of ${found.issuer}, who is not trusted`;
  }
  return { ok: false, problem };
}

type Identified =
  | { readonly issuer: string; readonly subject: string }
  | { readonly problem: string };

/** Who signed a bundle, says an authority of `root`; whether that is anybody to trust is another question. */
export function identifySigner(bundle: ParsedBundle, root: TrustedRoot): Identified {
  try {
    return identify(toSignedEntity(bundleFromJSON(bundle.json)), root);
  } catch (error) {
    return { problem: `is no valid bundle: ${messageOf(error)}` };
  }
}

function identify(entity: SignedEntity, root: TrustedRoot): Identified {
  const verifier = new Verifier(toTrustMaterial(root), {
    // An instance without a log has none to ask for; one that has logs must have seen the signature.
    tlogThreshold: Math.min(1, root.tlogs.length),
    ctlogThreshold: Math.min(1, root.ctlogs.length),
    timestampThreshold: 1,
  });
  let identity: ReturnType<Verifier['verify']>['identity'];
  const failure = problemOf(() => {
    ({ identity } = verifier.verify(entity));
  });
  if (failure !== undefined)
    return { problem: `has no valid certificate and signature: ${failure}` };
  const [issuer, subject] = [identity?.extensions?.issuer, identity?.subjectAlternativeName];
  return issuer === undefined || subject === undefined
    ? { problem: 'has a certificate that names nobody' }
    : { issuer, subject };
}

/** The library's failures are expected outcomes here. */
function problemOf(verify: () => unknown): string | undefined {
  try {
    verify();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** The library would take the policy's text for a regular expression, in which a dot matches anything. */
function matches(subject: string, pattern: string): boolean {
  const source = pattern
    .split('*')
    .map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`))
    .join('.*');
  return new RegExp(`^${source}$`, 'su').test(subject);
}
