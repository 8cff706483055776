import { parseRepository } from '../kernel/image-reference.ts';
import type { RepositoryAddress } from './contract.ts';
import { RegistryError } from './errors.ts';

/**
 * Reads `[host[:port]/]path` as Docker does.
 * @throws {RegistryError} REPOSITORY_INVALID
 */
export function parseAddress(repository: string): RepositoryAddress {
  const reading = parseRepository(repository);
  if (!reading.ok) {
    throw new RegistryError(
      'REPOSITORY_INVALID',
      `The repository ${JSON.stringify(repository.slice(0, 300))} ${reading.problem}`,
    );
  }
  const { domain, path } = reading.value;
  return { host: domain, name: path, repository: `${domain}/${path}` };
}
