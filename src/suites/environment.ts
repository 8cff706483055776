import type { Environment } from '../host/environment.ts';

/**
 * Names whose values open a registry, sign something, or open anything else. One rule per line, so that the
 * documentation can print them: see `docs/script-tests.md`.
 */
const withheldNames: readonly RegExp[] = [
  /TOKEN|PASSWORD|PASSWD|PASSPHRASE|SECRET|CREDENTIAL|ASKPASS/iu,
  /(?:^|_)(?:PASS|AUTH|KEY|KEYS|APIKEY|ACCESS_KEY_ID|PRIVATE_KEY)(?:_|$)/iu,
  /^(?:REGISTRY|COSIGN|SIGSTORE|NOTATION|FULCIO|REKOR|SEATRIAL_KEY|ACTIONS_ID_TOKEN|CI_REGISTRY)(?:_|$)/iu,
  /^(?:DOCKER_AUTH_CONFIG|DOCKER_CONFIG|SSH_AUTH_SOCK|SSH_AGENT_PID|GPG_AGENT_INFO|GNUPGHOME|NETRC)$/iu,
];

/**
 * What suites may see of an environment: everything but credentials (invariant G5). `allowed` are names that
 * the configuration lets through (`suites.<kind>.env`): whoever names a variable wants the suite to have it.
 * DOCKER_CONFIG is withheld too; the suites put an empty folder in its place.
 */
export function suiteEnvironment(env: Environment, allowed: readonly string[] = []): Environment {
  return Object.freeze(
    Object.fromEntries(
      Object.entries(env).filter(
        ([name, value]) => value !== undefined && (allowed.includes(name) || !isWithheld(name)),
      ),
    ),
  );
}

function isWithheld(name: string): boolean {
  return withheldNames.some((rule) => rule.test(name));
}
