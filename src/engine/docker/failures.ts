import { messageOf, systemCodeOf } from '../../kernel/errors.ts';
import type { DialTarget } from '../endpoint.ts';
import { EngineError, type EngineErrorCode } from '../errors.ts';

/** What was asked when it failed, for the message. */
export interface FailedCall {
  readonly target: DialTarget;
  /** `POST /containers/create`. */
  readonly request: string;
}

const UNREACHABLE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENOTSOCK',
]);
const GONE: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']);
const TLS =
  /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO|HOSTNAME_MISMATCH)/u;

/** The one place where what a client library throws becomes an error of ours. */
export function toEngineError(thrown: unknown, call: FailedCall): EngineError {
  if (thrown instanceof EngineError) return thrown;
  const status = statusOf(thrown);
  if (status !== undefined) return refusal(thrown, { status, call });
  const code = systemCodeOf(thrown) ?? '';
  const reason = messageOf(thrown) || code || 'the connection failed';
  return new EngineError(connectionCode(code), connectionMessage({ code, reason }, call), {
    cause: thrown,
    details: { request: call.request, systemCode: code },
    ...hintFor(code, call.target),
  });
}

export function deadlineError(deadlineMs: number, call: FailedCall): EngineError {
  const seconds = String(deadlineMs / 1000);
  return new EngineError(
    'ENGINE_UNREACHABLE',
    `The engine at ${call.target.url} did not answer ${call.request} within ${seconds} s`,
    {
      hint: 'Check that the engine is not stuck or overloaded.',
      details: { request: call.request },
    },
  );
}

/** HTTP status of a refusal; absent for every other error. */
export function refusalStatusOf(thrown: unknown): number | undefined {
  const status = thrown instanceof EngineError ? thrown.details['status'] : undefined;
  return typeof status === 'number' ? status : undefined;
}

function connectionCode(code: string): EngineErrorCode {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'ENGINE_SOCKET_ABSENT';
  if (code === 'EACCES' || code === 'EPERM') return 'ENGINE_FORBIDDEN';
  if (UNREACHABLE.has(code) || TLS.test(code)) return 'ENGINE_UNREACHABLE';
  if (GONE.has(code)) return 'ENGINE_GONE';
  return code.startsWith('HPE_') ? 'ENGINE_FAILED' : 'ENGINE_UNREACHABLE';
}

function connectionMessage(
  { code, reason }: { readonly code: string; readonly reason: string },
  { target, request }: FailedCall,
): string {
  const where = `${target.url} (${target.origin})`;
  const kind = connectionCode(code);
  if (kind === 'ENGINE_SOCKET_ABSENT') return `There is no engine socket at ${where}`;
  if (kind === 'ENGINE_FORBIDDEN') return `This user may not use the engine at ${where}: ${code}`;
  if (kind === 'ENGINE_GONE') {
    return `The engine at ${where} closed the connection during ${request}: ${code}`;
  }
  if (kind === 'ENGINE_FAILED') {
    return `What answers at ${where} does not speak the Docker Engine API: ${code}`;
  }
  return `The engine at ${where} cannot be reached: ${reason}`;
}

function hintFor(code: string, target: DialTarget): { readonly hint?: string } {
  if (TLS.test(code)) {
    return { hint: 'Check the certificates in DOCKER_CERT_PATH or in the Docker context.' };
  }
  if (code === 'ECONNREFUSED' && target.kind === 'unix') {
    return { hint: 'Start the engine: its socket is there, but nothing listens on it.' };
  }
  return {};
}

/**
 * Answers of the engine that mean "this image's program cannot be run": not a failure of the engine, though
 * some versions send 500 for it.
 */
const CANNOT_RUN =
  /OCI runtime (?:create|exec) failed|runc (?:create|run) failed|failed to create (?:shim )?task/u;

/** Every network takes a part of a pool; by default there are 31. */
const NO_ADDRESSES = /non-overlapping IPv4 address pool|all predefined address pools/u;
const ADDRESSES_HINT =
  'Remove networks that nobody uses, or give the engine more `default-address-pools`.';

function refusal(
  thrown: unknown,
  { status, call }: { readonly status: number; readonly call: FailedCall },
): EngineError {
  const text = answerOf(thrown);
  const code = refusalCode(status, text);
  const verb = code === 'ENGINE_REFUSED_REQUEST' ? 'refused' : 'failed at';
  return new EngineError(code, `The engine ${verb} ${call.request}: ${text}`, {
    cause: thrown,
    details: { request: call.request, status, answer: text },
    ...(NO_ADDRESSES.test(text) ? { hint: ADDRESSES_HINT } : {}),
  });
}

function refusalCode(status: number, text: string): EngineErrorCode {
  if (/no space left on device/iu.test(text)) return 'ENGINE_DISK_FULL';
  if (status < 500 || CANNOT_RUN.test(text)) return 'ENGINE_REFUSED_REQUEST';
  return 'ENGINE_FAILED';
}

function statusOf(thrown: unknown): number | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('statusCode' in thrown)) return undefined;
  return typeof thrown.statusCode === 'number' ? thrown.statusCode : undefined;
}

/** docker-modem wraps the engine's text: `(HTTP code 404) unexpected - No such container: x `. */
function answerOf(thrown: unknown): string {
  const text = messageOf(thrown)
    .replace(/^\(HTTP code \d+\) [^-]*- /u, '')
    .trim();
  return text === '' ? 'no reason given' : text;
}
