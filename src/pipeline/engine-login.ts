import type { Environment } from '../host/environment.ts';
import type { Secret } from '../kernel/secret.ts';
import type { Repository } from '../registry/contract.ts';
import { dockerCredentials } from '../registry/credentials/docker-credentials.ts';
import { toEngineAuth } from '../registry/credentials/engine-auth.ts';

/** What the engine says to a registry when it pushes or pulls for us: the content of `X-Registry-Auth`. */
export async function engineLogin(
  address: Repository['address'],
  at: { readonly env: Environment; readonly onWarning: (message: string) => void },
): Promise<Secret> {
  return toEngineAuth(await dockerCredentials(at).credentialFor(address), address);
}
