import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../host/environment.ts';
import type { Credential, CredentialSource, RepositoryAddress } from '../contract.ts';
import { RegistryError } from '../errors.ts';
import { loadAuthFile, parseAuthFile, type AuthFile } from './auth-file.ts';
import { askHelper } from './credential-helper.ts';
import { keysOf, serverKeyOf } from './server-keys.ts';

export interface DockerCredentialsOptions {
  /** Says where the files are, and is what helpers run with. */
  readonly env: Environment;
  /** @default HOME of `env`, else that of the user */
  readonly homeFolder?: string | undefined;
  /** Told about files that anyone may read, and about a malformed `DOCKER_AUTH_CONFIG`. @default dropped */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** @default 10 seconds */
  readonly helperTimeoutMs?: number | undefined;
}

/**
 * Credentials where Docker and podman keep them. The first that has some for exactly this registry counts:
 * `DOCKER_AUTH_CONFIG`, `$DOCKER_CONFIG/config.json` (or `~/.docker/config.json`), `$REGISTRY_AUTH_FILE`,
 * `$XDG_RUNTIME_DIR/containers/auth.json`, `$XDG_CONFIG_HOME/containers/auth.json`. In one file a helper of
 * the registry comes before the general one, and that before what the file itself holds.
 * @see https://docs.docker.com/reference/cli/docker/login/#credential-stores
 * @see https://github.com/containers/image/blob/v5.36.0/docs/containers-auth.json.5.md
 */
export function dockerCredentials(options: DockerCredentialsOptions): CredentialSource {
  return {
    credentialFor: async (address) => {
      const inline = inlineFile(options);
      const found = inline && (await findIn(inline, address, options));
      if (found) return found;
      for (const path of filePaths(options)) {
        const file = await loadAuthFile(path);
        const credential = file && (await findIn(file, address, options));
        if (credential) return credential;
      }
      return undefined;
    },
  };
}

function inlineFile({ env, onWarning }: DockerCredentialsOptions): AuthFile | undefined {
  const text = env['DOCKER_AUTH_CONFIG'];
  if (text === undefined || text.trim() === '') return undefined;
  try {
    return parseAuthFile(text, 'DOCKER_AUTH_CONFIG');
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    // Docker falls through to the files as well.
    onWarning?.(`DOCKER_AUTH_CONFIG is ignored: ${error.message}`);
    return undefined;
  }
}

function filePaths({ env, homeFolder }: DockerCredentialsOptions): readonly string[] {
  const home = homeFolder ?? env['HOME'] ?? homedir();
  const runtime = env['XDG_RUNTIME_DIR'];
  return [
    // A set DOCKER_CONFIG replaces the one at home: it is how callers keep us from it.
    join(env['DOCKER_CONFIG'] || join(home, '.docker'), 'config.json'),
    env['REGISTRY_AUTH_FILE'] || undefined,
    runtime ? join(runtime, 'containers', 'auth.json') : undefined,
    join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'containers', 'auth.json'),
  ].filter((path) => path !== undefined);
}

async function findIn(
  file: AuthFile,
  address: RepositoryAddress,
  options: DockerCredentialsOptions,
): Promise<Credential | undefined> {
  const keys = keysOf(address);
  const helper =
    keys.map((key) => file.helpers.get(key)).find((name) => name !== undefined) ?? file.store;
  if (helper !== undefined) {
    const credential = await askHelper(
      { name: helper, serverKey: serverKeyOf(address), configuredIn: file.origin },
      { env: options.env, timeoutMs: options.helperTimeoutMs },
    );
    if (credential !== undefined) return credential;
  }
  for (const key of keys) {
    const credential = file.credentials(key);
    if (credential === undefined) continue;
    if (file.isWorldReadable) {
      options.onWarning?.(
        `${file.origin} holds credentials and anyone on this machine may read it`,
      );
    }
    return credential;
  }
  return undefined;
}
