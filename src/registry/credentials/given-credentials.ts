import { Secret } from '../../kernel/secret.ts';
import type { Credential, CredentialSource } from '../contract.ts';

/** What a registry is shown. */
export type GivenCredential =
  /** A user and a password, or an access token in the place of the password. */
  | { readonly username: string; readonly password: string }
  /** A refresh token for the registry's token server, as `docker login` keeps it for some registries. */
  | { readonly identityToken: string }
  /** A bearer token for the registry itself. */
  | { readonly registryToken: string };

/** This credential and no other, wherever the repository is; no file, variable or helper is looked at. */
export function givenCredentials(given: GivenCredential): CredentialSource {
  const credential = toCredential(given);
  return { credentialFor: () => Promise.resolve(credential) };
}

/** No login: nothing is looked up, and a registry that wants one answers REGISTRY_UNAUTHORIZED. */
export const anonymous: CredentialSource = { credentialFor: () => Promise.resolve(undefined) };

function toCredential(given: GivenCredential): Credential {
  const origin = 'the program';
  if ('identityToken' in given) {
    return { kind: 'identity-token', token: new Secret(given.identityToken), origin };
  }
  if ('registryToken' in given) {
    return { kind: 'registry-token', token: new Secret(given.registryToken), origin };
  }
  const password = new Secret(given.password);
  return { kind: 'password', username: given.username, password, origin };
}
