import { relative, resolve } from 'node:path';
import { generateKeys } from '../evidence/keys.ts';
import type { AppHost } from './app-host.ts';

/**
 * Makes a pair of keys, and says what to do with each.
 * @throws {EvidenceError} KEY_EXISTS, KEY_INVALID
 */
export async function generateKeyPair(
  host: AppHost,
  { prefix }: { readonly prefix: string },
): Promise<string> {
  const { keyFile, publicFile, hint } = await generateKeys(resolve(host.cwd, prefix));
  const shown = (path: string): string => relative(host.cwd, path) || path;
  const [key, publicKey] = [shown(keyFile), shown(publicFile)];
  return [
    `${key}  private: keep it out of the repository and of every image`,
    `${publicKey}  public, ${hint}: for everybody who verifies`,
    '',
    `Sign:    SEATRIAL_KEY=${key} seatrial ci`,
    `Verify:  seatrial verify REF --key ${publicKey}`,
    '',
  ].join('\n');
}
