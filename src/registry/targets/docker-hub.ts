import type { Target } from '../target-contract.ts';

/** People write `docker.io`; it answers elsewhere, and Docker keeps its login under a third name. */
export const dockerHub: Target = {
  id: 'docker-hub',
  matches: (host) => ['docker.io', 'index.docker.io', 'registry-1.docker.io'].includes(host),
  endpoint: 'registry-1.docker.io',
  credentialKey: 'https://index.docker.io/v1/',
  realms: ['auth.docker.io'],
};
