import type { Environment } from '../host/environment.ts';

/** Cheap to ask: whether `loadSigner` would find somebody. Nothing is read. */
export function wantsSigner(env: Environment): boolean {
  return isSet(env, 'SEATRIAL_KEY') || isKeyless(env);
}

/** A token alone is no wish to write to a public log: it may be there for another service. */
export function isKeyless(env: Environment): boolean {
  return (
    isSet(env, 'SEATRIAL_TRUSTED_ROOT') &&
    (isSet(env, 'SIGSTORE_ID_TOKEN') ||
      (isSet(env, 'ACTIONS_ID_TOKEN_REQUEST_URL') && isSet(env, 'ACTIONS_ID_TOKEN_REQUEST_TOKEN')))
  );
}

function isSet(env: Environment, name: string): boolean {
  return (env[name] ?? '').trim() !== '';
}
