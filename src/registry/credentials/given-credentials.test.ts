import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openRepository } from '../client/open-repository.ts';
import { quickLimits } from '../testing/faulty-registry.ts';
import { startGuardedRegistry, type Guard } from '../testing/guarded-registry.ts';
import { anonymous, givenCredentials } from './given-credentials.ts';

/** A registry that wants a token of its own, or a password. */
const guard: Guard = (request, response) => {
  if (request.headers.authorization !== undefined) return true;
  response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="registry"' }).end();
  return false;
};
const address = { host: 'registry.example', name: 'app', repository: 'registry.example/app' };
const env = {};

describe('given credentials', () => {
  it('are what the registry is shown, and no file is looked at', async () => {
    await using registry = await startGuardedRegistry(guard);
    await using repository = openRepository({
      repository: `${registry.host}/app`,
      env: { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [registry.host]: { auth: 'eDp5' } } }) },
      credentials: givenCredentials({ username: 'user', password: 'pass:word' }),
    });

    await repository.probe();

    const shown = registry.seen.map(({ authorization }) => authorization);
    expect(new Set(shown)).toEqual(
      new Set([undefined, `Basic ${Buffer.from('user:pass:word').toString('base64')}`]),
    );
  });

  it('may be a bearer token, or a token for the token server', async () => {
    const bearer = await givenCredentials({ registryToken: 'abc' }).credentialFor(address);
    const refresh = await givenCredentials({ identityToken: 'abc' }).credentialFor(address);

    expect([bearer?.kind, refresh?.kind]).toEqual(['registry-token', 'identity-token']);
    expect(inspect([bearer, refresh])).not.toContain('abc');
  });

  it('may be none, and the registry that wants some is REGISTRY_UNAUTHORIZED', async () => {
    await using registry = await startGuardedRegistry(guard);
    await using repository = openRepository({
      repository: `${registry.host}/app`,
      env,
      credentials: anonymous,
      limits: quickLimits,
    });

    await expect(repository.probe()).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
  });
});
