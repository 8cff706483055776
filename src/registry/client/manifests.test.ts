import { describe, expect, test } from 'vitest';
import { digestOf } from '../../kernel/digest.ts';
import type { Endpoint, Fault, FaultAction } from '../embedded/faults.ts';
import { DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from '../media-types.ts';
import { startCncfRegistry } from '../testing/cncf-registry.ts';
import { startFaultyRegistry } from '../testing/faulty-registry.ts';
import { startServer } from '../testing/guarded-registry.ts';
import {
  descriptorOf,
  manifestOf,
  memoryBlob,
  uploadSampleImage,
} from '../testing/sample-image.ts';
import { openRepository } from './open-repository.ts';

describe.each([
  ['the embedded registry', startFaultyRegistry],
  ['CNCF Distribution', startCncfRegistry],
])('against %s', (_, start) => {
  test('a manifest put by digest and by tag comes back byte for byte', async () => {
    await using server = await start();
    await using repository = openRepository({ repository: `${server.host}/app`, env: {} });
    const manifest = await uploadSampleImage(repository);

    const byDigest = await repository.manifests.put(manifest);
    await repository.manifests.put({ ...manifest, reference: 'v1' });

    expect(byDigest.digest).toBe(manifest.digest);
    for (const reference of ['v1', manifest.digest]) {
      const read = await repository.manifests.read(reference);
      expect(read).toEqual(manifest);
      expect(await repository.manifests.head(reference)).toEqual({
        digest: manifest.digest,
        mediaType: OCI_MANIFEST,
      });
    }
    expect(await repository.tags.list()).toEqual(['v1']);
  });

  test('what is not there is absent, and an unknown repository has no tags', async () => {
    await using server = await start();
    await using repository = openRepository({ repository: `${server.host}/app`, env: {} });

    expect(await repository.manifests.read('v1')).toBeUndefined();
    expect(await repository.manifests.head(digestOf('x'))).toBeUndefined();
    expect(await repository.blobs.read(digestOf('x'))).toBeUndefined();
    expect(await repository.tags.list()).toEqual([]);
    expect(await repository.manifests.remove(digestOf('x'))).toBe(false);
  });

  test('a removed manifest is gone, with its tags', async () => {
    await using server = await start();
    await using repository = openRepository({ repository: `${server.host}/app`, env: {} });
    const manifest = await uploadSampleImage(repository);
    await repository.manifests.put({ ...manifest, reference: 'v1' });

    const isRemoved = await repository.manifests.remove(manifest.digest);

    expect(isRemoved).toBe(true);
    expect(await repository.manifests.read('v1')).toBeUndefined();
  });

  test('a manifest whose layer is missing is MANIFEST_INCOMPLETE', async () => {
    await using server = await start();
    await using repository = openRepository({ repository: `${server.host}/app`, env: {} });
    const config = { mediaType: 'text/plain', digest: digestOf('no'), size: 2 };
    const manifest = manifestOf({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [] });

    const put = repository.manifests.put(manifest);

    await expect(put).rejects.toMatchObject({ code: 'MANIFEST_INCOMPLETE' });
  });
});

test('distribution 2.8 cannot remove a tag, and we say so', async () => {
  await using server = await startCncfRegistry();
  await using repository = openRepository({ repository: `${server.host}/app`, env: {} });
  const manifest = await uploadSampleImage(repository);
  await repository.manifests.put({ ...manifest, reference: 'v1' });

  const removal = repository.tags.remove('v1');

  await expect(removal).rejects.toMatchObject({ code: 'REGISTRY_UNSUPPORTED' });
});

test('the embedded registry removes a tag and keeps its manifest', async () => {
  await using registry = await startFaultyRegistry();
  const repository = registry.open();
  const manifest = await uploadSampleImage(repository);
  await repository.manifests.put({ ...manifest, reference: 'v1' });

  const removals = [await repository.tags.remove('v1'), await repository.tags.remove('v1')];

  expect(removals).toEqual([true, false]);
  expect(await repository.manifests.read(manifest.digest)).toEqual(manifest);
});

describe('a registry that stumbles once', () => {
  const stumbles: readonly [string, FaultAction][] = [
    ['429 with Retry-After', { kind: 'status', status: 429, headers: { 'Retry-After': '0' } }],
    ['500', { kind: 'status', status: 500 }],
    ['504', { kind: 'status', status: 504 }],
    ['a reset', { kind: 'reset', afterBytes: 0 }],
    ['a reset in mid-answer', { kind: 'reset', afterBytes: 20 }],
  ];
  const endpoints: readonly Endpoint[] = [
    'manifest.put',
    'manifest.get',
    'manifest.head',
    'tags.list',
  ];
  const matrix = endpoints.flatMap((on) =>
    stumbles.map(([name, action]) => ({ on, name, action })),
  );

  test.each(matrix)('with $name at $on does no harm', async ({ on, action }) => {
    await using registry = await startFaultyRegistry([{ on, action, times: 1 }]);
    const repository = registry.open();
    const manifest = await uploadSampleImage(repository);

    await repository.manifests.put({ ...manifest, reference: 'v1' });

    expect((await repository.manifests.head('v1'))?.digest).toBe(manifest.digest);
    expect(await repository.tags.list()).toEqual(['v1']);
  });

  test('with 503 for ever fails in bounded time and moves nothing', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const manifest = await uploadSampleImage(repository);
    registry.faults.set([{ on: 'manifest.put', action: { kind: 'status', status: 503 } }]);

    const put = repository.manifests.put({ ...manifest, reference: 'v1' });

    await expect(put).rejects.toMatchObject({ code: 'REGISTRY_FAILED', exitCode: 3 });
    expect(await repository.tags.list()).toEqual([]);
  });
});

describe('a registry that lies about a manifest', () => {
  test('and names another digest is found out at once', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const manifest = await uploadSampleImage(repository);
    const other = digestOf('other');
    registry.faults.set([{ on: 'manifest.put', action: { kind: 'storeNothing', digest: other } }]);

    const put = repository.manifests.put({ ...manifest, reference: 'v1' });

    await expect(put).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      exitCode: 1,
      details: { expected: manifest.digest, found: other },
    });
  });

  test('and keeps nothing is found out by reading back', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const manifest = await uploadSampleImage(repository);
    registry.faults.set([{ on: 'manifest.put', action: { kind: 'storeNothing' } }]);

    const put = repository.manifests.put({ ...manifest, reference: 'v1' });

    await expect(put).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      details: { expected: manifest.digest, found: 'nothing' },
    });
  });

  test('and goes on serving the old one is found out, with both digests', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const [before, after] = [
      await uploadSampleImage(repository),
      await uploadSampleImage(repository),
    ];
    await repository.manifests.put({ ...before, reference: 'v1' });
    registry.faults.set([{ on: 'manifest.put', action: { kind: 'storeNothing' } }]);

    const put = repository.manifests.put({ ...after, reference: 'v1' });

    await expect(put).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      details: { expected: after.digest, found: before.digest },
    });
  });

  test('for a moment only, showing the old one, is waited for', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open({ limits: { readBackMs: 5000 } });
    const [before, after] = [
      await uploadSampleImage(repository),
      await uploadSampleImage(repository),
    ];
    await repository.manifests.put({ ...before, reference: 'v1' });
    const stale: FaultAction = {
      kind: 'status',
      status: 200,
      body: before.bytes,
      headers: { 'Content-Type': before.mediaType },
    };
    registry.faults.set([{ on: 'manifest.get', action: stale, times: 3 }]);

    const result = await repository.manifests.put({ ...after, reference: 'v1' });

    expect(result.digest).toBe(after.digest);
  });

  test('and alters it on the way is found out, by tag and by digest', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const manifest = await uploadSampleImage(repository);
    await repository.manifests.put({ ...manifest, reference: 'v1' });
    registry.faults.set([{ on: 'manifest.get', action: { kind: 'corrupt' } }]);

    for (const reference of ['v1', manifest.digest]) {
      const read = repository.manifests.read(reference);
      await expect(read).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    }
  });

  test('reads back over a new connection that asks caches to stand aside', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const manifest = await uploadSampleImage(repository);

    await repository.manifests.put({ ...manifest, reference: 'v1' });

    expect(registry.requests.at(-1)).toMatchObject({
      method: 'GET',
      headers: { connection: 'close', 'cache-control': 'no-cache' },
    });
  });
});

describe('a manifest that is not to be trusted', () => {
  const config = { mediaType: 'text/plain', digest: digestOf('c'), size: 1 };
  const child = { mediaType: OCI_MANIFEST, digest: digestOf('m'), size: 1 };
  const schema1 = 'application/vnd.docker.distribution.manifest.v1+prettyjws';

  test.each([
    ['is of schema 1', { schemaVersion: 1, name: 'app' }, schema1],
    ['is of an unknown type', { schemaVersion: 2 }, 'text/html'],
    [
      'calls itself something else',
      { schemaVersion: 2, mediaType: OCI_INDEX, config },
      OCI_MANIFEST,
    ],
    ['is both manifest and index', { schemaVersion: 2, config, manifests: [child] }, OCI_MANIFEST],
    ['has no config', { schemaVersion: 2, layers: [] }, DOCKER_MANIFEST],
    ['is an index without entries', { schemaVersion: 2 }, OCI_INDEX],
    [
      'names a digest that leaves the folder',
      { schemaVersion: 2, config: { ...config, digest: 'sha256:../../x' } },
      OCI_MANIFEST,
    ],
    [
      'names a digest in upper case',
      { schemaVersion: 2, config: { ...config, digest: `sha256:${'A'.repeat(64)}` } },
      OCI_MANIFEST,
    ],
    [
      'has more layers than anyone needs',
      { schemaVersion: 2, config, layers: Array.from({ length: 10_001 }, () => config) },
      OCI_MANIFEST,
    ],
    [
      'hides its config behind a million brackets',
      `{"schemaVersion":2,"config":${'['.repeat(1e6)}${']'.repeat(1e6)}}`,
      OCI_MANIFEST,
    ],
  ])('because it %s is refused', async (_, document, mediaType) => {
    const body = typeof document === 'string' ? document : JSON.stringify(document);
    await using registry = await startFaultyRegistry([
      {
        on: 'manifest.get',
        action: { kind: 'status', status: 200, body, headers: { 'Content-Type': mediaType } },
      },
    ]);

    const read = registry.open().manifests.read('v1');

    await expect(read).rejects.toMatchObject({ code: 'MANIFEST_INVALID', exitCode: 1 });
  });

  test('because it is larger than 4 MiB is refused, announced or not', async () => {
    const body = Buffer.alloc(5 * 1024 ** 2, 0x20);
    const headers = { 'Content-Type': OCI_MANIFEST };
    await using registry = await startFaultyRegistry([
      { on: 'manifest.get', action: { kind: 'status', status: 200, body, headers }, times: 1 },
    ]);
    const repository = registry.open();

    const announced = repository.manifests.read('v1');

    await expect(announced).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
  });

  test('is not even sent', async () => {
    await using registry = await startFaultyRegistry();

    const put = registry.open().manifests.put(manifestOf({ schemaVersion: 1 }));

    await expect(put).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
    expect(registry.requests.some(({ method }) => method === 'PUT')).toBe(false);
  });

  test('under the digest of another is not sent', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const manifest = await uploadSampleImage(repository);

    const put = repository.manifests.put({ ...manifest, reference: digestOf('other') });

    await expect(put).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });

  test.each(['../../etc', 'a b', '', 'sha256:abc', '-x', 'a'.repeat(129)])(
    'under the reference %j is refused before it enters a URL',
    async (reference) => {
      await using registry = await startFaultyRegistry();

      const read = registry.open().manifests.read(reference);

      await expect(read).rejects.toMatchObject({ code: 'REPOSITORY_INVALID', exitCode: 2 });
    },
  );
});

const refusalOf = (status: number, body: object): Fault => ({
  on: 'manifest.put',
  action: { kind: 'status', status, body: JSON.stringify(body) },
});

describe('an immutable tag', () => {
  const said = "The image tag 'v1' already exists and is immutable";
  /** As ECR, Docker Hub, GitLab and Harbor say it. */
  const refusals = [
    [400, { errors: [{ code: 'TAG_INVALID', message: said }] }],
    [403, { errors: [{ code: 'DENIED', message: said }] }],
    [409, { errors: [{ code: 'MANIFEST_INVALID', message: 'conflict' }] }],
    [412, { errors: [{ code: 'PRECONDITION', message: 'configured as immutable' }] }],
  ] as const;
  test.each(refusals)(
    'that names the same bytes already is what was wanted (%i)',
    async (status, body) => {
      await using registry = await startFaultyRegistry();
      const repository = registry.open();
      const manifest = await uploadSampleImage(repository);
      await repository.manifests.put({ ...manifest, reference: 'v1' });
      registry.faults.set([refusalOf(status, body)]);

      const result = await repository.manifests.put({ ...manifest, reference: 'v1' });

      expect(result.digest).toBe(manifest.digest);
    },
  );

  test.each(refusals)('that names other bytes is TAG_IMMUTABLE (%i)', async (status, body) => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const [before, after] = [
      await uploadSampleImage(repository),
      await uploadSampleImage(repository),
    ];
    await repository.manifests.put({ ...before, reference: 'v1' });
    registry.faults.set([refusalOf(status, body)]);

    const put = repository.manifests.put({ ...after, reference: 'v1' });

    await expect(put).rejects.toMatchObject({ code: 'TAG_IMMUTABLE' });
  });
});

test('a layer that names addresses to be fetched from is passed on, and nothing is fetched', async () => {
  await using bait = await startServer((_, response) => response.end('secret'));
  await using registry = await startFaultyRegistry();
  const repository = registry.open();
  const config = memoryBlob(Buffer.from('{}'));
  await repository.blobs.upload(config);
  const manifest = manifestOf({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: 'text/plain', digest: config.digest, size: config.sizeBytes },
    layers: [
      {
        mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
        digest: digestOf('far away'),
        size: 8,
        urls: [`http://${bait.host}/layer`, 'http://169.254.169.254/latest/meta-data'],
      },
    ],
  });

  await repository.manifests.put({ ...manifest, reference: 'v1' });
  const read = await repository.manifests.read('v1');
  const layer = await repository.blobs.read(digestOf('far away'));

  expect(read?.digest).toBe(manifest.digest);
  expect(layer).toBeUndefined();
  expect(bait.seen).toEqual([]);
});

describe('referrers', () => {
  test('come from the API, of one kind or of all', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const subject = await uploadSampleImage(repository);
    await repository.manifests.put(subject);
    const a = await uploadSampleImage(repository, { subject, artifactType: 'test/a' });
    const b = await uploadSampleImage(repository, { subject, artifactType: 'test/b' });
    const results = [await repository.manifests.put(a), await repository.manifests.put(b)];

    const all = await repository.manifests.referrers(subject.digest);
    const some = await repository.manifests.referrers(subject.digest, 'test/b');

    expect(results.map(({ isSubjectIndexed }) => isSubjectIndexed)).toEqual([true, true]);
    expect(all.map(({ digest }) => digest).toSorted()).toEqual([a.digest, b.digest].toSorted());
    expect(some).toMatchObject([{ digest: b.digest, artifactType: 'test/b' }]);
  });

  test.each(['test/a', undefined])(
    'come from the fallback tag where there is no API, of kind %s by their own word',
    async (artifactType) => {
      await using server = await startCncfRegistry();
      await using repository = openRepository({ repository: `${server.host}/app`, env: {} });
      const subject = await uploadSampleImage(repository);
      await repository.manifests.put(subject);
      const a = await uploadSampleImage(repository, { artifactType: 'test/a' });
      await repository.manifests.put(a);
      // As GHCR lists it.
      const entry = { ...descriptorOf(a), artifactType: 'application/vnd.oci.empty.v1+json' };
      const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [entry] };
      await repository.manifests.put({
        ...manifestOf(index, OCI_INDEX),
        reference: subject.digest.replace(':', '-'),
      });

      const listed = await repository.manifests.referrers(subject.digest, artifactType);

      expect(listed.map(({ digest }) => digest)).toEqual([a.digest]);
    },
  );

  test.each([
    ['404 in plain text', { kind: 'status', status: 404, body: '404 page not found' }],
    ['400', { kind: 'status', status: 400 }],
    ['a web page', { kind: 'status', status: 200, body: '<html>' }],
  ] as const)('are none for %s', async (_, action) => {
    await using registry = await startFaultyRegistry([{ on: 'referrers.list', action }]);

    const listed = await registry.open().manifests.referrers(digestOf('x'));

    expect(listed).toEqual([]);
  });
});

const page = (link: string): FaultAction => ({
  kind: 'status',
  status: 200,
  body: '{"tags":["a"]}',
  headers: { Link: link },
});

describe('a list of tags', () => {
  test('is followed from page to page', async () => {
    await using registry = await startFaultyRegistry([
      { on: 'tags.list', action: page('</v2/app/tags/list?last=a>; rel="next"'), times: 1 },
      { on: 'tags.list', action: { kind: 'status', status: 200, body: '{"tags":["b", "../x"]}' } },
    ]);

    expect(await registry.open().tags.list()).toEqual(['a', 'b']);
  });

  test.each([
    ['leads in a circle', '</v2/app/tags/list?last=a>; rel="next"'],
    ['leads to another host', '<http://127.0.0.2:1/v2/app/tags/list>; rel="next"'],
  ])('that %s is ANSWER_MALFORMED', async (_, link) => {
    await using registry = await startFaultyRegistry([{ on: 'tags.list', action: page(link) }]);

    const list = registry.open().tags.list();

    await expect(list).rejects.toMatchObject({ code: 'ANSWER_MALFORMED' });
  });

  test('that never ends is cut off', async () => {
    const body = Buffer.alloc(20 * 1024 ** 2, 0x20);
    await using registry = await startFaultyRegistry([
      { on: 'tags.list', action: { kind: 'status', status: 200, body } },
    ]);

    const list = registry.open().tags.list();

    await expect(list).rejects.toMatchObject({ code: 'ANSWER_MALFORMED' });
  });
});
