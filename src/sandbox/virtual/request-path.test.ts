import { describe, expect, it } from 'vitest';
import { findEndpoint } from './endpoints.ts';
import { readPath } from './request-path.ts';

describe('the path of a request', () => {
  it('is read with and without a version', () => {
    expect(readPath('/v1.41/containers/json?all=1')).toMatchObject({
      version: '/v1.41',
      path: '/containers/json',
    });
    expect(readPath('/_ping')).toMatchObject({ version: '', path: '/_ping' });
  });

  it.each([
    '/v1.41/containers/x/../../images/json',
    '/containers/%2e%2e%2fimages/json',
    '/containers/%2E%2E/json',
    '/containers/./json',
    '/containers/%zz/json',
    '/containers/%00/json',
    '/containers/x%0d%0aGET%20/json',
    'containers/json',
    '*',
  ])('leads nowhere: %s', (target) => {
    expect(readPath(target)).toBeUndefined();
  });

  it.each([
    ['POST', '/containers/a/b/start'],
    ['GET', '/containers/x/checkpoints'],
    ['POST', '/containers/x/json'],
    ['GET', '/'],
    ['POST', '/grpc/x'],
  ])('has no endpoint for what is not in the table: %s %s', (method, path) => {
    expect(findEndpoint(method, path)).toBeUndefined();
  });

  it('takes the name of an image with its slashes, and of a container without', () => {
    expect(findEndpoint('GET', '/images/host:5000/a/b:1/json')?.ref).toBe('host:5000/a/b:1');
    expect(findEndpoint('GET', '/images/json')?.ref).toBe('');
    expect(findEndpoint('GET', '/containers/web/json')?.ref).toBe('web');
  });
});
