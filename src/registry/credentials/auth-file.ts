import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf, systemCodeOf } from '../../kernel/errors.ts';
import { Secret } from '../../kernel/secret.ts';
import type { Credential } from '../contract.ts';
import { RegistryError } from '../errors.ts';
import { normalizeKey } from './server-keys.ts';

/** What one file, or one variable, says about registries. Keys are without scheme and API path. */
export interface AuthFile {
  /** Path, or name of the variable. */
  readonly origin: string;
  readonly isWorldReadable: boolean;
  readonly helpers: ReadonlyMap<string, string>;
  /** Helper for all registries; absent when there is none. */
  readonly store?: string | undefined;
  /** @throws {RegistryError} CREDENTIALS_MALFORMED when the entry makes no sense. */
  credentials(key: string): Credential | undefined;
}

const text = z.string().nullish();
const entrySchema = z.object({
  auth: text,
  username: text,
  password: text,
  identitytoken: text,
  registrytoken: text,
});
type Entry = z.infer<typeof entrySchema>;

/** @see https://github.com/docker/cli/blob/v28.5.0/cli/config/configfile/file.go */
const fileSchema = z.object({
  auths: z.record(z.string(), entrySchema.nullish()).nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
  credsStore: text,
});

/**
 * Absent when there is no such file.
 * @throws {RegistryError} CREDENTIALS_MALFORMED when it is there and cannot be used: being anonymous in
 * silence would only fail later, and less clearly.
 */
export async function loadAuthFile(path: string): Promise<AuthFile | undefined> {
  try {
    const contents = await readFile(path, 'utf8');
    const { mode } = await stat(path);
    return { ...parseAuthFile(contents, path), isWorldReadable: (mode & 0o004) !== 0 };
  } catch (error) {
    if (error instanceof RegistryError) throw error;
    if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return undefined;
    throw malformed(path, `cannot be read: ${systemCodeOf(error) ?? messageOf(error)}`, error);
  }
}

/** @throws {RegistryError} CREDENTIALS_MALFORMED */
export function parseAuthFile(contents: string, origin: string): AuthFile {
  const parsed = fileSchema.safeParse(contents.trim() === '' ? {} : toJson(contents, origin));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw malformed(origin, `is malformed at ${pathOf(issue?.path)}: ${issue?.message}`);
  }
  const { auths, credHelpers, credsStore } = parsed.data;
  const entries = byNormalKey(auths ?? {});
  return {
    origin,
    isWorldReadable: false,
    helpers: byNormalKey(credHelpers ?? {}),
    ...(credsStore ? { store: credsStore } : {}),
    credentials: (key) => {
      const entry = entries.get(key);
      return entry ? credentialOf(entry, { key, origin }) : undefined;
    },
  };
}

/** An exact key wins over one that only reads the same without its scheme. */
function byNormalKey<Value>(record: Readonly<Record<string, Value>>): Map<string, Value> {
  const entries = Object.entries(record);
  const isExact = ([key]: readonly [string, Value]): boolean => key === normalizeKey(key);
  const sorted = [...entries.filter((each) => !isExact(each)), ...entries.filter(isExact)];
  return new Map(sorted.map(([key, value]) => [normalizeKey(key), value]));
}

function credentialOf(
  entry: Entry,
  at: { readonly key: string; readonly origin: string },
): Credential | undefined {
  const { origin } = at;
  if (entry.identitytoken) {
    return { kind: 'identity-token', token: new Secret(entry.identitytoken), origin };
  }
  if (entry.registrytoken) {
    return { kind: 'registry-token', token: new Secret(entry.registrytoken), origin };
  }
  if (entry.auth) {
    // The password may hold colons; old versions of Docker padded with NUL.
    const decoded = Buffer.from(entry.auth, 'base64').toString().replace(/\0+$/u, '');
    const colon = decoded.indexOf(':');
    if (colon < 1)
      throw malformed(origin, `has an \`auth\` for ${at.key} that is no user and password`);
    const password = new Secret(decoded.slice(colon + 1));
    return { kind: 'password', username: decoded.slice(0, colon), password, origin };
  }
  if (!entry.username) return undefined;
  const password = new Secret(entry.password ?? '');
  return { kind: 'password', username: entry.username, password, origin };
}

function toJson(contents: string, origin: string): unknown {
  try {
    return JSON.parse(contents);
  } catch {
    // The parser's message quotes what it read, which may be a password.
    throw malformed(origin, 'is no JSON');
  }
}

function pathOf(path: readonly PropertyKey[] | undefined): string {
  return path === undefined || path.length === 0 ? 'its top' : `\`${path.join('.')}\``;
}

function malformed(origin: string, problem: string, cause?: unknown): RegistryError {
  return new RegistryError('CREDENTIALS_MALFORMED', `${origin} ${problem}`, { cause });
}
