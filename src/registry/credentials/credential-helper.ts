import { z } from 'zod';
import type { Environment } from '../../host/environment.ts';
import { runProcess, type ProcessResult } from '../../host/process.ts';
import { Secret } from '../../kernel/secret.ts';
import type { Credential } from '../contract.ts';
import { RegistryError } from '../errors.ts';

export interface HelperRequest {
  /** `pass` for the program `docker-credential-pass`. */
  readonly name: string;
  /** What the helper knows the registry as. */
  readonly serverKey: string;
  /** Where the helper is configured, for messages. */
  readonly configuredIn: string;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 64 * 1024;
const NOT_FOUND = 'credentials not found in native keychain';

/** @see https://github.com/docker/docker-credential-helpers/blob/v0.9.4/README.md#development */
const answerSchema = z.object({ Username: z.string(), Secret: z.string() });

/**
 * Asks `docker-credential-<name> get`. Absent only when the helper says that it has none: a helper that
 * fails never means anonymous.
 * @throws {RegistryError} CREDENTIAL_HELPER_FAILED
 */
export async function askHelper(
  request: HelperRequest,
  options: { readonly env: Environment; readonly timeoutMs?: number | undefined },
): Promise<Credential | undefined> {
  if (!/^[a-z0-9-]+$/u.test(request.name)) {
    throw failed(
      request,
      `its name ${JSON.stringify(request.name.slice(0, 100))} is no helper's name`,
    );
  }
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const result = await runProcess(`docker-credential-${request.name}`, ['get'], {
    env: options.env,
    stdin: request.serverKey,
    timeoutMs,
    maxOutputBytes: MAX_OUTPUT_BYTES,
  });
  if (result.isTimedOut) throw failed(request, `it did not answer within ${timeoutMs} ms`);
  if (result.startError !== undefined) throw failed(request, 'it cannot be started');
  if (result.exitCode !== 0) {
    if (result.output.includes(NOT_FOUND)) return undefined;
    throw failed(request, `it ended with exit code ${result.exitCode}`);
  }
  return toCredential(request, result);
}

function toCredential(request: HelperRequest, result: ProcessResult): Credential {
  const parsed = answerSchema.safeParse(parseJson(result.stdout));
  if (!parsed.success) throw failed(request, 'its answer is not of the form of the protocol');
  const origin = `docker-credential-${request.name}`;
  const secret = new Secret(parsed.data.Secret);
  return parsed.data.Username === '<token>'
    ? { kind: 'identity-token', token: secret, origin }
    : { kind: 'password', username: parsed.data.Username, password: secret, origin };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What it printed may hold a secret: no message quotes it.
    return undefined;
  }
}

function failed(request: HelperRequest, what: string): RegistryError {
  return new RegistryError(
    'CREDENTIAL_HELPER_FAILED',
    `The credential helper of ${request.configuredIn} gives nothing for ${request.serverKey}: ${what}`,
    {
      hint: `Run \`docker-credential-${request.name.replace(/[^a-z0-9-]/gu, '')} get\` by hand, with \`${request.serverKey}\` on its input.`,
    },
  );
}
