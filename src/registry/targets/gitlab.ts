import type { Target } from '../target-contract.ts';

export const gitlab: Target = {
  id: 'gitlab',
  matches: (host) => host === 'registry.gitlab.com',
  realms: ['gitlab.com'],
};
