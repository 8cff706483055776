import type { Secret } from '../kernel/secret.ts';
import { renderKeyBundle, type ParsedBundle } from './bundle.ts';
import { signPayload } from './dsse.ts';
import type { SigningKey } from './keys.ts';
import type { Trust } from './verify-bundle.ts';

/** Who signs the evidence of a run. */
export interface StatementSigner {
  /** For people: the name of the key, or of the service. */
  readonly name: string;
  /** What its signatures are checked with, once the registry has them. */
  readonly trust: Trust;
  /** Everything that must not be printed. */
  readonly secrets: readonly Secret[];
  /**
   * A whole bundle. Signing the same statement again gives other bytes: keep them.
   * @throws {EvidenceError} SIGNING_FAILED
   */
  sign(statement: string): Promise<string>;
  /** Whether a bundle that was kept on this machine is one that it signed. */
  recognizes(bundle: ParsedBundle): Promise<boolean>;
}

/** Signs with a key of our own, without asking anybody. */
export function createKeySigner(key: SigningKey): StatementSigner {
  const trust: Trust = { keys: [key.trusted], identities: [] };
  return {
    name: `key ${key.origin}`,
    trust,
    // What verifies is a large library, and few runs need it.
    recognizes: async (bundle) =>
      (await import('./verify-bundle.ts')).verifyBundle(bundle, trust).ok,
    secrets: key.secrets,
    sign: (statement) => {
      const payload = Buffer.from(statement);
      const signature = signPayload(payload, key.privateKey);
      return Promise.resolve(renderKeyBundle({ payload, signature, keyHint: key.trusted.hint }));
    },
  };
}
