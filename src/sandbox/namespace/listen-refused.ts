import { SandboxError } from '../errors.ts';
import type { PublishedAddress } from '../script-network.ts';

/** Why a published port cannot be held open, from the system's code of the error. */
export function listenRefused({ host, port }: PublishedAddress, code: string): SandboxError {
  const where = host === '' ? `port ${String(port)}` : `${host}:${String(port)}`;
  return code === 'EADDRINUSE'
    ? new SandboxError('SANDBOX_PORT_HELD', `Something listens on ${where} already`)
    : new SandboxError('SANDBOX_LISTEN_FAILED', `Nothing can listen on ${where}: ${code}`);
}
