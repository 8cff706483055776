import { describe, expect, it } from 'vitest';
import { connectEngine } from '../engine/connect.ts';
import { startFakeEngine, type FakeEngine } from '../engine/fixtures/fake-engine.ts';
import { digestOf } from '../kernel/digest.ts';
import { candidateTag } from '../kernel/reserved-tags.ts';
import { Secret } from '../kernel/secret.ts';
import { openRepository } from '../registry/client/open-repository.ts';
import { pushByEngine, type EnginePushOptions } from './engine-push.ts';

const id = digestOf('config');
const digest = digestOf('manifest');
const tag = candidateTag(id);

interface Pushing extends AsyncDisposable {
  /** What the engine was asked, without its version. */
  readonly asked: readonly string[];
  readonly notices: readonly string[];
  readonly pausesMs: readonly number[];
  readonly options: EnginePushOptions;
}

/** An engine that answers one push after the other with these lines. */
async function pushing(...answers: readonly object[]): Promise<Pushing> {
  const asked: string[] = [];
  const notices: string[] = [];
  const pausesMs: number[] = [];
  const left = [...answers];
  const fake: FakeEngine = await startFakeEngine((request, response) => {
    const [path = '', query = ''] = (request.url ?? '').replace('/v1.41', '').split('?');
    asked.push(`${request.method ?? ''} ${decodeURIComponent(path)} ${decodeURIComponent(query)}`);
    response.end(path.endsWith('/push') ? JSON.stringify(left.shift() ?? {}) : '{}');
  });
  const engine = await connectEngine({ env: {}, host: fake.host });
  const repository = openRepository({ repository: 'registry.example/denied/app', env: {} });
  return {
    asked,
    notices,
    pausesMs,
    options: {
      images: engine.images,
      image: { id },
      repository,
      auth: new Secret('e30'),
      clock: { sleep: (ms) => Promise.resolve(void pausesMs.push(ms)) },
      signal: AbortSignal.timeout(20_000),
      onNotice: (message) => void notices.push(message),
    },
    [Symbol.asyncDispose]: async () => {
      await repository[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

const success = { aux: { Tag: tag, Digest: digest, Size: 1 } };
const name = 'registry.example/denied/app';
const untag = `DELETE /images/${name}:${tag} `;

describe('a push by the engine', () => {
  it('goes under a tag of the image, which is gone from the engine afterwards', async () => {
    await using push = await pushing(success);

    const named = await pushByEngine(push.options);

    expect(named).toBe(digest);
    expect(push.asked).toEqual([
      `POST /images/${id}/tag repo=${name}&tag=${tag}`,
      `POST /images/${name}/push tag=${tag}`,
      untag,
    ]);
  });

  it('that fails is tried again as a whole, after pauses that grow', async () => {
    const failure = { error: 'received unexpected HTTP status: 500 Internal Server Error' };
    await using push = await pushing(failure, failure, success);

    const named = await pushByEngine(push.options);

    expect(named).toBe(digest);
    expect(push.pausesMs).toEqual([1000, 2000]);
    expect(push.notices).toHaveLength(2);
    expect(push.notices[0]).toMatch(/500 Internal Server Error; it is tried once more$/u);
    expect(push.asked.filter((each) => each.includes('/tag '))).toHaveLength(3);
  });

  it('that keeps failing ends: ENGINE_PUSH_FAILED, and no tag stays', async () => {
    await using push = await pushing(...Array.from({ length: 9 }, () => ({ error: 'EOF' })));

    await expect(pushByEngine(push.options)).rejects.toMatchObject({
      code: 'ENGINE_PUSH_FAILED',
      exitCode: 3,
    });

    expect(push.asked.filter((each) => each.includes('/push'))).toHaveLength(4);
    expect(push.asked.at(-1)).toBe(untag);
  });

  it.each([
    'denied: requested access to the resource is denied',
    'unauthorized: authentication required',
    'no basic auth credentials',
    'name unknown: The repository does not exist',
    'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    'http: server gave HTTP response to HTTPS client',
  ])('that no second try can cure is not tried again: %s', async (error) => {
    await using push = await pushing({ error });

    await expect(pushByEngine(push.options)).rejects.toThrow(error);

    expect(push.pausesMs).toEqual([]);
    expect(push.asked.at(-1)).toBe(untag);
  });
});
