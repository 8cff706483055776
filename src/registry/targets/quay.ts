import type { Target } from '../target-contract.ts';

/** @see https://issues.redhat.com/browse/PROJQUAY-2512 the manifest that a tag leaves is lost */
export const quay: Target = {
  id: 'quay',
  matches: (host) => host === 'quay.io',
  collectsUntagged: true,
};
