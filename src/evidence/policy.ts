import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { ConfigError } from '../config/errors.ts';
import { parseBySchema } from '../config/parse-by-schema.ts';
import { parseYamlSource } from '../config/yaml-source.ts';
import { messageOf, systemCodeOf } from '../kernel/errors.ts';
import { EvidenceError } from './errors.ts';
import { loadPublicKey } from './keys.ts';
import { policySchema, type PolicyFile } from './policy-schema.ts';
import type { Trust } from './verify-bundle.ts';

/** What has to be proved of an image, and whose word counts. */
export interface Policy {
  readonly trust: Trust;
  readonly rules: Pick<
    PolicyFile,
    'require' | 'verified' | 'suites' | 'warnings' | 'max_age' | 'bases' | 'untested'
  >;
}

const MAX_POLICY_BYTES = 1024 ** 2;
const MAX_ROOT_BYTES = 4 * 1024 ** 2;

/** What holds without a policy: tested with success for exactly this digest, said by a key that is given. */
export function defaultRules(): Policy['rules'] {
  return policySchema.parse({});
}

/**
 * Reads a policy with everything that it names.
 * @throws {ConfigError} CONFIG_SYNTAX, CONFIG_INVALID, CONFIG_NOT_FOUND, CONFIG_UNREADABLE
 * @throws {EvidenceError} KEY_INVALID
 */
export async function loadPolicy(file: string, folder: string): Promise<Policy> {
  const path = resolve(folder, file);
  const source = parseYamlSource(file, await readText(path, file));
  const parsed = parseBySchema(
    policySchema,
    source,
    'Correct the marked lines; `docs/evidence.md` lists every key of a policy.',
  );
  const { keys, identities, ...rules } = parsed;
  const place = dirname(path);
  return {
    rules,
    trust: {
      keys: await Promise.all(keys.map(async (key) => await loadPublicKey(key, place))),
      identities: await Promise.all(
        identities.map(async ({ issuer, subject, trusted_root: root }) => ({
          issuer,
          subject,
          root: await loadTrustedRoot(resolve(place, root)),
        })),
      ),
    },
  };
}

/**
 * Reads the authorities and logs of a Sigstore instance.
 * @see https://github.com/sigstore/protobuf-specs/blob/v0.5.0/protos/sigstore_trustroot.proto
 * @throws {EvidenceError} KEY_INVALID
 */
export async function loadTrustedRoot(path: string): Promise<TrustedRoot> {
  try {
    const { size } = await stat(path);
    if (size > MAX_ROOT_BYTES) throw new Error(`it has ${size} bytes`);
    const root = TrustedRoot.fromJSON(JSON.parse(await readFile(path, 'utf8')));
    if (root.certificateAuthorities.length === 0) throw new Error('it names no authority');
    return root;
  } catch (error) {
    throw new EvidenceError('KEY_INVALID', `${path} is no trusted root: ${messageOf(error)}`, {
      cause: error,
      hint: 'Make one with `cosign trusted-root create` or `gh attestation trusted-root`.',
    });
  }
}

async function readText(path: string, shown: string): Promise<string> {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > MAX_POLICY_BYTES)
      throw new ConfigError('CONFIG_UNREADABLE', `${shown} is no file of at most 1 MiB`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const code = systemCodeOf(error);
    if (code === 'ENOENT')
      throw new ConfigError('CONFIG_NOT_FOUND', `there is no policy ${shown}`, {
        cause: error,
        hint: 'Check the path given with `--policy`; it is relative to the current folder.',
      });
    throw new ConfigError(
      'CONFIG_UNREADABLE',
      `${shown} cannot be read: ${code ?? messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}
