import {
  AppError,
  exitCodes,
  type ErrorOptionsWithDetails,
  type ErrorTable,
} from '../kernel/errors.ts';

export const registryErrors = {
  REPOSITORY_INVALID: {
    exit: exitCodes.usage,
    meaning: 'A repository, tag or digest is not of the form that registries accept.',
    hint: 'Write the repository as `host[:port]/path` in lower case.',
  },
  REGISTRY_UNREACHABLE: {
    exit: exitCodes.environment,
    meaning: 'No connection to the registry could be made, or it kept breaking.',
    hint: 'Check the host name, the network, the proxy variables and the certificate.',
  },
  NOT_A_REGISTRY: {
    exit: exitCodes.refused,
    meaning: 'A server answers at the address, but it does not speak the registry protocol.',
    hint: 'Check the host and port of the repository.',
  },
  REGISTRY_UNAUTHORIZED: {
    exit: exitCodes.environment,
    meaning: 'The registry does not accept the credentials, or wants some and none were found.',
    hint: 'Run `docker login` for the registry, or set DOCKER_AUTH_CONFIG.',
  },
  REGISTRY_DENIED: {
    exit: exitCodes.environment,
    meaning: 'The registry knows the account and refuses the action.',
    hint: 'Give the account the right to push to this repository.',
  },
  REPOSITORY_UNKNOWN: {
    exit: exitCodes.environment,
    meaning: 'The registry has no such repository and does not make one on push.',
    hint: 'Create the repository in the registry first.',
  },
  REGISTRY_TOO_MANY_REQUESTS: {
    exit: exitCodes.environment,
    meaning: 'The registry asks to wait longer than the waiting budget allows.',
    hint: 'Try again later, or log in with an account that has a higher limit.',
  },
  REGISTRY_FAILED: {
    exit: exitCodes.environment,
    meaning: 'The registry answered with an error that trying again did not cure.',
    hint: "Look into the registry's own log.",
  },
  REGISTRY_UNSUPPORTED: {
    exit: exitCodes.environment,
    meaning: 'The registry does not offer this action.',
    hint: 'Enable it in the registry, or do it with the tools of the registry.',
  },
  REGISTRY_TIMED_OUT: {
    exit: exitCodes.cancelled,
    meaning: 'An action was not done when its deadline passed.',
    hint: 'Raise the deadline, or look for what slows the registry down.',
  },
  REGISTRY_CANCELLED: {
    exit: exitCodes.cancelled,
    meaning: 'An action was cancelled from outside.',
    hint: 'Run the command again.',
  },
  DIGEST_MISMATCH: {
    exit: exitCodes.refused,
    meaning: 'Bytes do not hash to the digest that was asked for or announced.',
    hint: 'Do not use what was transferred; look for a proxy or registry that alters content.',
  },
  MANIFEST_INVALID: {
    exit: exitCodes.refused,
    meaning: 'A manifest is not of a supported type, is ambiguous or too large.',
    hint: 'Push the image again with a current tool.',
  },
  MANIFEST_INCOMPLETE: {
    exit: exitCodes.refused,
    meaning: 'The registry refuses a manifest because a blob or manifest it names is missing.',
    hint: 'Upload the missing blob and put the manifest again.',
  },
  TAG_IMMUTABLE: {
    exit: exitCodes.refused,
    meaning: 'The registry keeps a tag from being moved.',
    hint: 'Ship under a new tag, or make the tag mutable in the registry.',
  },
  UPLOAD_FAILED: {
    exit: exitCodes.environment,
    meaning: 'A blob could not be uploaded, neither in one go nor by resuming.',
    hint: "Look into the registry's own log and check its free disk space.",
  },
  ANSWER_MALFORMED: {
    exit: exitCodes.refused,
    meaning: 'The registry answered with something the protocol does not allow, or too large.',
    hint: 'Check for a proxy in between, and the version of the registry.',
  },
  REALM_REFUSED: {
    exit: exitCodes.refused,
    meaning: 'The registry names a token server that must not see its credentials.',
    hint: 'If the token server is right, allow it by name as a realm of this registry.',
  },
  REDIRECT_REFUSED: {
    exit: exitCodes.refused,
    meaning: 'The registry redirects to an address that must not be followed.',
    hint: 'Check for a proxy in between, and the configuration of the registry.',
  },
  CREDENTIAL_HELPER_FAILED: {
    exit: exitCodes.environment,
    meaning: 'A configured credential helper is missing, hung or gave no valid answer.',
    hint: 'Run the helper by hand with the registry host on its input.',
  },
  CREDENTIALS_MALFORMED: {
    exit: exitCodes.usage,
    meaning: 'A file or variable with registry credentials cannot be read.',
    hint: 'Repair the file, or log in again.',
  },
  REGISTRY_FOLDER_UNUSABLE: {
    exit: exitCodes.environment,
    meaning: 'The embedded registry cannot use its folder or port.',
    hint: 'Give it a folder that it may write to, and a free port.',
  },
} as const satisfies ErrorTable;

export type RegistryErrorCode = keyof typeof registryErrors;

/** Everything that this room throws. `details` never holds a credential. */
export class RegistryError extends AppError<RegistryErrorCode> {
  constructor(code: RegistryErrorCode, message: string, options?: ErrorOptionsWithDetails) {
    super(registryErrors, { code, message }, options);
  }
}
