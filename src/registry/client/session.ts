import type { RegistryLimits, RepositoryAddress } from '../contract.ts';
import { RegistryError } from '../errors.ts';
import { isDigest } from '../../kernel/digest.ts';
import { isTag } from '../../kernel/image-reference.ts';
import type { Clock } from '../../host/clock.ts';
import type { Connection } from './connection.ts';
import type { Exchange } from './exchange.ts';
import type { Operation } from './operation.ts';

/** What the parts of a repository share. */
export interface Session {
  readonly address: RepositoryAddress;
  readonly limits: RegistryLimits;
  readonly clock: Clock;
  readonly connection: Connection;
  /** Runs one call of a method under its deadline, on a registry that proved to be one. */
  run<Result>(
    title: string,
    work: (operation: Operation, exchange: Exchange) => Promise<Result>,
  ): Promise<Result>;
}

/** @throws {RegistryError} REPOSITORY_INVALID for what may not enter a URL. */
export function checkReference(reference: string): string {
  if (isDigest(reference) || isTag(reference)) return reference;
  throw new RegistryError(
    'REPOSITORY_INVALID',
    `${JSON.stringify(reference.slice(0, 200))} is neither a tag nor a sha256 digest`,
    { hint: 'Use letters, digits, `_`, `.` and `-` for tags.' },
  );
}
