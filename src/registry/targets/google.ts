import type { Target } from '../target-contract.ts';

export const google: Target = {
  id: 'google',
  matches: (host) => host.endsWith('.pkg.dev'),
  realms: ['oauth2.googleapis.com'],
};
