import type { Target } from '../target-contract.ts';

/** @see https://docs.gitlab.com/user/packages/container_registry/delete_container_registry_images.html#garbage-collection */
export const gitlab: Target = {
  id: 'gitlab',
  matches: (host) => host === 'registry.gitlab.com',
  realms: ['gitlab.com'],
  collectsUntagged: true,
};
