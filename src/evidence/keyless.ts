import { bundleToJSON } from '@sigstore/bundle';
import type { TrustedRoot } from '@sigstore/protobuf-specs';
import { DSSEBundleBuilder, FulcioSigner, RekorWitness, TSAWitness } from '@sigstore/sign';
import { messageOf } from '../kernel/errors.ts';
import type { Secret } from '../kernel/secret.ts';
import { parseBundle } from './bundle.ts';
import { PAYLOAD_TYPE } from './dsse.ts';
import { EvidenceError } from './errors.ts';
import type { StatementSigner } from './signer.ts';
import { identifySigner, type TrustedIdentity } from './verify-bundle.ts';

export interface KeylessOptions {
  /** A token of the CI service that says who runs. Asked for each signature: tokens are short-lived. */
  readonly token: () => Promise<Secret>;
  /** Certificate authority that turns the token into a certificate. */
  readonly fulcioUrl: string;
  /** Public log; asked when `root` names a log. */
  readonly rekorUrl: string;
  /** Time stamp authority; absent when there is none. */
  readonly tsaUrl?: string | undefined;
  /** What the signatures are checked with. */
  readonly root: TrustedRoot;
  /** Everything that must not be printed. */
  readonly secrets: readonly Secret[];
  /** Of one request. @default 30 seconds */
  readonly timeoutMs?: number | undefined;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Signs with a key that exists for one signature, and a certificate that says whose job it was. Whatever it
 * signs is checked at once against `root`, and only from then on its identity is trusted: nobody else's
 * evidence is ever taken for ours.
 */
export function createKeylessSigner(options: KeylessOptions): StatementSigner {
  let identity: TrustedIdentity | undefined;
  return {
    name: `the identity of this job at ${new URL(options.fulcioUrl).host}`,
    secrets: options.secrets,
    get trust() {
      return { keys: [], identities: identity === undefined ? [] : [identity] };
    },
    sign: async (statement) => {
      const bundle = await createBundle(statement, options);
      identity = identityIn(bundle, options.root);
      return bundle;
    },
    recognizes: async (bundle) => {
      const found = identifySigner(bundle, options.root);
      if (!('issuer' in found)) return false;
      identity = { ...found, root: options.root };
      return true;
    },
  };
}

async function createBundle(statement: string, options: KeylessOptions): Promise<string> {
  const request = { timeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS, retry: { retries: 2 } };
  const { fulcioUrl, rekorUrl, tsaUrl, root } = options;
  const builder = new DSSEBundleBuilder({
    signer: new FulcioSigner({
      ...request,
      fulcioBaseURL: fulcioUrl,
      identityProvider: { getToken: async () => (await options.token()).reveal() },
    }),
    witnesses: [
      ...(root.tlogs.length === 0
        ? []
        : [new RekorWitness({ ...request, rekorBaseURL: rekorUrl })]),
      ...(tsaUrl === undefined ? [] : [new TSAWitness({ ...request, tsaBaseURL: tsaUrl })]),
    ],
  });
  try {
    const bundle = await builder.create({ data: Buffer.from(statement), type: PAYLOAD_TYPE });
    return JSON.stringify(bundleToJSON(bundle));
  } catch (error) {
    if (error instanceof EvidenceError) throw error;
    // The library's errors carry requests, and requests carry the token: only the words go on.
    const inner = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : '';
    const reason = [messageOf(error), inner].filter((text) => text !== '').join(': ');
    throw new EvidenceError('SIGNING_FAILED', `the evidence could not be signed: ${reason}`);
  }
}

/** Who the certificate says we are. */
function identityIn(bundle: string, root: TrustedRoot): TrustedIdentity {
  const parsed = parseBundle(Buffer.from(bundle));
  const found = parsed.ok ? identifySigner(parsed.value, root) : parsed;
  if ('issuer' in found) return { ...found, root };
  throw new EvidenceError(
    'SIGNING_FAILED',
    `what the signing services made ${found.problem}, by the trusted root that is given`,
    { hint: 'Give the trusted root of the same instance whose services sign.' },
  );
}
