import { judgeManifest } from '../evidence/judge-manifest.ts';
import { loadPublicKey, loadSigningKey } from '../evidence/keys.ts';
import { defaultRules, loadPolicy, type Policy } from '../evidence/policy.ts';
import { verifiedBy } from '../evidence/verification-result.ts';
import type { ProofLookup } from '../ship/proof.ts';
import type { AppHost } from './app-host.ts';
import { CommandError } from './errors.ts';

/** Whose word counts, and for what. */
export interface ProofRequest {
  /** A policy file. Excludes `keys`. */
  readonly policy?: string | undefined;
  /** Public keys: paths, or PEM texts. */
  readonly keys: readonly string[];
}

/**
 * The policy that a command was given: a file, or keys with the default rules; else the public half of
 * `SEATRIAL_KEY`. Absent when there is nobody to trust.
 * @throws {CommandError} OPTION_INVALID
 * @throws {EvidenceError} KEY_INVALID
 * @throws {ConfigError} CONFIG_SYNTAX, CONFIG_INVALID, CONFIG_NOT_FOUND, CONFIG_UNREADABLE
 */
export async function findPolicy(
  host: AppHost,
  request: ProofRequest,
): Promise<Policy | undefined> {
  if (request.policy !== undefined && request.keys.length > 0)
    throw new CommandError('OPTION_INVALID', '--policy and --key exclude each other', {
      hint: 'Write the keys into the policy.',
    });
  if (request.policy !== undefined) return await loadPolicy(request.policy, host.cwd);
  const own = request.keys.length > 0 ? undefined : await loadSigningKey(host.env, host.cwd);
  const keys =
    own === undefined
      ? await Promise.all(request.keys.map(async (key) => await loadPublicKey(key, host.cwd)))
      : [own.trusted];
  return keys.length === 0 ? undefined : { trust: { keys, identities: [] }, rules: defaultRules() };
}

/** Asks the registry, by the policy. Absent when there is nobody to trust. */
export async function openProof(
  host: AppHost,
  request: ProofRequest,
): Promise<ProofLookup | undefined> {
  const policy = await findPolicy(host, request);
  if (policy === undefined) return undefined;
  return async (repository, manifest) => {
    const judgement = await judgeManifest(repository, manifest, { policy, now: host.clock.now() });
    return { ...judgement, verified: verifiedBy(judgement.judged) };
  };
}

/** Where nobody is trusted, nothing is proven. */
export const proveNothing: ProofLookup = () =>
  Promise.resolve({
    holds: false,
    rules: [
      {
        rule: 'trust',
        holds: false,
        message: 'nobody is trusted: give `--key` or `--policy`, or set SEATRIAL_KEY',
      },
    ],
  });
