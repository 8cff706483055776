import type { Target } from '../target-contract.ts';

export const azure: Target = {
  id: 'azure',
  matches: (host) => host.endsWith('.azurecr.io'),
  realms: ['login.microsoftonline.com'],
};
