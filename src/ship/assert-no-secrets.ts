import { findSecrets } from '../build/image-secrets.ts';
import { ShipError } from './errors.ts';

/**
 * Holds back what nobody could take back once it is pushed.
 * @param config the bytes of the image config, as they will be pushed
 * @param allowed names whose values may be public, each with its reason
 * @throws {ShipError} SECRET_IN_IMAGE
 */
export function assertNoSecrets(
  config: string,
  allowed: Readonly<Record<string, string>> = {},
): void {
  const [first, ...others] = findSecrets(config, allowed);
  if (first === undefined) return;
  const more = others.length > 0 ? `, and ${String(others.length)} more` : '';
  throw new ShipError(
    'SECRET_IN_IMAGE',
    `everyone who pulls the image could read ${first.text}${more}`,
    { details: { found: [first, ...others].map(({ text }) => text) } },
  );
}
