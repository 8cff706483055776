import { Secret } from '../../kernel/secret.ts';
import type { Credential, RepositoryAddress } from '../contract.ts';
import { serverKeyOf } from './server-keys.ts';

/**
 * A login as an engine takes it in the header `X-Registry-Auth`. Without one it is an empty object: engines
 * refuse a push without the header.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#section/Authentication
 */
export function toEngineAuth(
  credential: Credential | undefined,
  address: RepositoryAddress,
): Secret {
  const login =
    credential === undefined
      ? {}
      : { ...fieldsOf(credential), serveraddress: serverKeyOf(address) };
  return new Secret(Buffer.from(JSON.stringify(login)).toString('base64url'));
}

function fieldsOf(credential: Credential): Readonly<Record<string, string>> {
  switch (credential.kind) {
    case 'password':
      return { username: credential.username, password: credential.password.reveal() };
    case 'identity-token':
      return { identitytoken: credential.token.reveal() };
    case 'registry-token':
      return { registrytoken: credential.token.reveal() };
  }
}
