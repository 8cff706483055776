import { RegistryError, type RegistryErrorCode } from '../errors.ts';
import { readComplaint, type Answer, type Complaint } from './answer.ts';
import { isFinal, type BrokenConnection } from './broken-connection.ts';

export function unreachable(host: string, broken: BrokenConnection): RegistryError {
  if (broken.isForeign) {
    return new RegistryError('NOT_A_REGISTRY', `What answers at ${host} does not speak HTTP`, {
      cause: broken,
    });
  }
  const why =
    broken.systemCode === ''
      ? broken.message
      : `${broken.message || 'failed'} (${broken.systemCode})`;
  const hint = hintOf(broken.systemCode);
  return new RegistryError('REGISTRY_UNREACHABLE', `Cannot reach the registry ${host}: ${why}`, {
    cause: broken,
    ...(hint === undefined ? {} : { hint }),
  });
}

function hintOf(code: string): string | undefined {
  if (code === 'ENOTFOUND') return 'Check the spelling of the registry host.';
  if (code === 'ECONNREFUSED') return 'Start the registry, or check its port.';
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return 'If the registry speaks plain HTTP only, allow that for this host explicitly.';
  }
  return isFinal(code)
    ? 'Put the certificate of its authority into `/etc/docker/certs.d/<host>/ca.crt`.'
    : undefined;
}

/** The error for an answer that ends the matter. Reads the body. */
export async function failureOf(
  answer: Answer,
  title: string,
  options: { readonly isTagWrite?: boolean } = {},
): Promise<RegistryError> {
  const complaint = await readComplaint(answer);
  const said = complaint.text === '' ? '' : `: ${complaint.text}`;
  const isImmutable = options.isTagWrite === true && saysImmutable(answer.status, complaint.text);
  return new RegistryError(
    isImmutable ? 'TAG_IMMUTABLE' : codeOf(answer.status, complaint),
    `Cannot ${title}: ${answer.url.host} answers ${answer.status}${said}`,
    { details: { status: answer.status, codes: complaint.codes } },
  );
}

/** Every family has its own way to say it: ECR 400, Harbor 412, Docker Hub 403, GitLab 409. */
function saysImmutable(status: number, text: string): boolean {
  if (status === 409 || status === 412) return true;
  return (status === 400 || status === 403) && /immutable|already exists|overwrit/iu.test(text);
}

const codesOfWire: Readonly<Record<string, RegistryErrorCode>> = {
  UNAUTHORIZED: 'REGISTRY_UNAUTHORIZED',
  DENIED: 'REGISTRY_DENIED',
  TOOMANYREQUESTS: 'REGISTRY_TOO_MANY_REQUESTS',
  NAME_UNKNOWN: 'REPOSITORY_UNKNOWN',
  MANIFEST_BLOB_UNKNOWN: 'MANIFEST_INCOMPLETE',
  BLOB_UNKNOWN: 'MANIFEST_INCOMPLETE',
  MANIFEST_INVALID: 'MANIFEST_INVALID',
  DIGEST_INVALID: 'DIGEST_MISMATCH',
  UNSUPPORTED: 'REGISTRY_UNSUPPORTED',
};

const codesOfStatus: Readonly<Record<number, RegistryErrorCode>> = {
  401: 'REGISTRY_UNAUTHORIZED',
  403: 'REGISTRY_DENIED',
  405: 'REGISTRY_UNSUPPORTED',
  429: 'REGISTRY_TOO_MANY_REQUESTS',
};

function codeOf(status: number, { codes }: Complaint): RegistryErrorCode {
  const byCode = codes.map((code) => codesOfWire[code]).find((code) => code !== undefined);
  return byCode ?? codesOfStatus[status] ?? 'REGISTRY_FAILED';
}
