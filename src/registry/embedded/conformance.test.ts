import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { digestOf, type Digest } from '../../kernel/digest.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../media-types.ts';
import { startCncfRegistry } from '../testing/cncf-registry.ts';
import { startFaultyRegistry } from '../testing/faulty-registry.ts';

/**
 * The list of the OCI conformance suite, in plain HTTP, against our registry and against CNCF Distribution.
 * What runs for ours alone, distribution 2.8 is known not to do.
 * @see https://github.com/opencontainers/distribution-spec/tree/v1.1.1/conformance
 */
const servers = [
  { server: 'the embedded registry', start: startFaultyRegistry, isOurs: true },
  { server: 'CNCF Distribution', start: startCncfRegistry, isOurs: false },
];

const tagList = z.object({ name: z.string(), tags: z.array(z.string()) });
const catalog = z.object({ repositories: z.array(z.string()) });

const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';

describe.each(servers)('$server', ({ start, isOurs }) => {
  let registry: Awaited<ReturnType<typeof start>>;

  beforeAll(async () => {
    registry = await start();
  });
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
  });

  const ask = async (path: string, init: RequestInit = {}): Promise<Response> =>
    await fetch(new URL(path, `http://${registry.host}`), init);

  async function begin(name: string): Promise<string> {
    const response = await ask(`/v2/${name}/blobs/uploads/`, { method: 'POST' });
    expect(response.status).toBe(202);
    return locationOf(response);
  }

  async function push(name: string, bytes: Uint8Array): Promise<Digest> {
    const digest = digestOf(bytes);
    const response = await ask(withDigest(await begin(name), digest), {
      method: 'PUT',
      body: bytes,
    });
    expect(response.status).toBe(201);
    return digest;
  }

  async function pushManifest(
    name: string,
    reference: string | undefined,
    more: object = {},
  ): Promise<{ digest: Digest; bytes: Uint8Array; layer: Digest; response: Response }> {
    const config = Buffer.from(JSON.stringify({ salt: randomBytes(8).toString('hex') }));
    const layer = randomBytes(100);
    const bytes = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: OCI_MANIFEST,
        config: { mediaType: CONFIG_TYPE, digest: await push(name, config), size: config.length },
        layers: [{ mediaType: LAYER_TYPE, digest: await push(name, layer), size: layer.length }],
        ...more,
      }),
    );
    const digest = digestOf(bytes);
    const response = await putManifest(name, reference ?? digest, bytes);
    return { digest, bytes, layer: digestOf(layer), response };
  }

  async function putManifest(
    name: string,
    reference: string,
    bytes: Uint8Array,
  ): Promise<Response> {
    return await ask(`/v2/${name}/manifests/${reference}`, {
      method: 'PUT',
      body: bytes,
      headers: { 'content-type': OCI_MANIFEST },
    });
  }

  test('answers 200 at the base path', async () => {
    const response = await ask('/v2/');

    expect(response.status).toBe(200);
  });

  test('answers 404 for an unknown blob, by HEAD and by GET', async () => {
    const path = `/v2/unknown/blobs/${digestOf(randomBytes(8))}`;

    const statuses = [(await ask(path, { method: 'HEAD' })).status, (await ask(path)).status];

    expect(statuses).toEqual([404, 404]);
  });

  test('gives back an uploaded blob with its length and digest', async () => {
    const bytes = randomBytes(5000);
    const digest = await push('blob', bytes);

    const head = await ask(`/v2/blob/blobs/${digest}`, { method: 'HEAD' });
    const got = await ask(`/v2/blob/blobs/${digest}`);

    expect(head.headers.get('content-length')).toBe('5000');
    expect(head.headers.get('docker-content-digest')).toBe(digest);
    expect(Buffer.from(await got.arrayBuffer()).equals(bytes)).toBe(true);
  });

  test('gives a part of a blob for a Range', async () => {
    const digest = await push('range', Buffer.from('0123456789'));

    const got = await ask(`/v2/range/blobs/${digest}`, { headers: { range: 'bytes=2-4' } });

    expect(got.status).toBe(206);
    expect(got.headers.get('content-range')).toBe('bytes 2-4/10');
    expect(await got.text()).toBe('234');
  });

  test('takes an empty blob', async () => {
    const digest = await push('empty', new Uint8Array());

    const got = await ask(`/v2/empty/blobs/${digest}`);

    expect(got.status).toBe(200);
    expect(await got.text()).toBe('');
  });

  test.runIf(isOurs)('takes a blob in one POST', async () => {
    const bytes = randomBytes(100);
    const digest = digestOf(bytes);

    const response = await ask(withDigest('/v2/one/blobs/uploads/', digest), {
      method: 'POST',
      body: bytes,
    });

    expect(response.status).toBe(201);
    expect((await ask(`/v2/one/blobs/${digest}`, { method: 'HEAD' })).status).toBe(200);
  });

  test('takes a blob in chunks and says how far it got', async () => {
    const bytes = randomBytes(300);
    const digest = digestOf(bytes);
    let location = await begin('chunks');

    const ranges: (string | null)[] = [];
    for (const [from, to] of [
      [0, 100],
      [100, 250],
    ] as const) {
      const patched = await ask(location, {
        method: 'PATCH',
        body: bytes.subarray(from, to),
        headers: {
          'content-range': `${from}-${to - 1}`,
          'content-type': 'application/octet-stream',
        },
      });
      expect(patched.status).toBe(202);
      ranges.push(patched.headers.get('range'));
      location = locationOf(patched);
    }
    const status = await ask(location);
    const put = await ask(withDigest(location, digest), {
      method: 'PUT',
      body: bytes.subarray(250),
    });

    expect(ranges).toEqual(['0-99', '0-249']);
    expect(status.status).toBe(204);
    expect(status.headers.get('range')).toBe('0-249');
    expect(put.status).toBe(201);
    expect(put.headers.get('docker-content-digest')).toBe(digest);
  });

  test('takes a stream whose length nobody announced', async () => {
    const bytes = randomBytes(70_000);
    const location = await begin('stream');

    const patched = await ask(location, {
      method: 'PATCH',
      body: new Blob([bytes]).stream(),
      duplex: 'half',
      headers: { 'content-type': 'application/octet-stream' },
    });

    expect(patched.status).toBe(202);
    expect(patched.headers.get('range')).toBe('0-69999');
  });

  test.runIf(isOurs)(
    'refuses a chunk that repeats or skips bytes, and says where it stands',
    async () => {
      const location = await begin('order');
      await ask(location, { method: 'PATCH', body: 'abcde', headers: { 'content-range': '0-4' } });

      const answers: [number, string | null][] = [];
      for (const range of ['0-4', '3-7', '9-13']) {
        const response = await ask(location, {
          method: 'PATCH',
          body: 'fghij',
          headers: { 'content-range': range },
        });
        answers.push([response.status, response.headers.get('range')]);
      }

      expect(answers).toEqual([
        [416, '0-4'],
        [416, '0-4'],
        [416, '0-4'],
      ]);
    },
  );

  test('refuses bytes that do not hash to the digest', async () => {
    const location = await begin('wrong');
    const other = digestOf('something else');

    const response = await ask(withDigest(location, other), { method: 'PUT', body: 'bytes' });

    expect(response.status).toBe(400);
    expect((await ask(`/v2/wrong/blobs/${other}`, { method: 'HEAD' })).status).toBe(404);
  });

  test('forgets a cancelled upload', async () => {
    const location = await begin('cancel');

    const cancelled = await ask(location, { method: 'DELETE' });

    expect(cancelled.status).toBe(204);
    expect((await ask(location)).status).toBe(404);
  });

  test('mounts a blob from another repository', async () => {
    const digest = await push('mount/from', randomBytes(100));

    const response = await ask(`/v2/mount/to/blobs/uploads/?mount=${digest}&from=mount/from`, {
      method: 'POST',
    });

    expect(response.status).toBe(201);
    expect((await ask(`/v2/mount/to/blobs/${digest}`, { method: 'HEAD' })).status).toBe(200);
  });

  test.runIf(isOurs)('mounts a blob from anywhere when no repository is named', async () => {
    const digest = await push('anonymous/from', randomBytes(100));

    const response = await ask(`/v2/anonymous/to/blobs/uploads/?mount=${digest}`, {
      method: 'POST',
    });

    expect(response.status).toBe(201);
    expect((await ask(`/v2/anonymous/to/blobs/${digest}`, { method: 'HEAD' })).status).toBe(200);
  });

  test('begins an upload when there is nothing to mount', async () => {
    const response = await ask(
      `/v2/nomount/blobs/uploads/?mount=${digestOf(randomBytes(8))}&from=nobody`,
      { method: 'POST' },
    );

    expect(response.status).toBe(202);
    expect(response.headers.get('location')).toBeTruthy();
  });

  test('keeps a blob to its own repository', async () => {
    const digest = await push('own', randomBytes(10));

    const response = await ask(`/v2/other/blobs/${digest}`, { method: 'HEAD' });

    expect(response.status).toBe(404);
  });

  test('removes a blob', async () => {
    const digest = await push('remove', randomBytes(10));

    const removed = await ask(`/v2/remove/blobs/${digest}`, { method: 'DELETE' });

    expect(removed.status).toBe(202);
    expect((await ask(`/v2/remove/blobs/${digest}`)).status).toBe(404);
  });

  test('gives back a manifest by tag and by digest, byte for byte', async () => {
    const { digest, bytes, response } = await pushManifest('manifest', 'v1');

    expect(response.status).toBe(201);
    expect(response.headers.get('docker-content-digest')).toBe(digest);
    for (const reference of ['v1', digest]) {
      const got = await ask(`/v2/manifest/manifests/${reference}`, {
        headers: { accept: OCI_MANIFEST },
      });
      expect(got.headers.get('content-type')).toBe(OCI_MANIFEST);
      expect(got.headers.get('docker-content-digest')).toBe(digest);
      expect(Buffer.from(await got.arrayBuffer()).equals(bytes)).toBe(true);
    }
  });

  test('answers 404 for an unknown manifest and for an unknown repository', async () => {
    await pushManifest('known', 'v1');

    const statuses = [
      (await ask('/v2/known/manifests/v2')).status,
      (await ask('/v2/nothing/manifests/v1', { method: 'HEAD' })).status,
    ];

    expect(statuses).toEqual([404, 404]);
  });

  test('refuses a manifest under the digest of another', async () => {
    const { bytes } = await pushManifest('mixed', 'v1');

    const response = await putManifest('mixed', digestOf('other'), bytes);

    expect(response.status).toBe(400);
  });

  test('refuses a manifest whose blob is missing', async () => {
    const missing = { mediaType: LAYER_TYPE, digest: digestOf(randomBytes(8)), size: 8 };

    const { response } = await pushManifest('missing', 'v1', { layers: [missing] });

    expect([400, 404]).toContain(response.status);
    expect(await response.text()).toContain('MANIFEST_BLOB_UNKNOWN');
  });

  test('refuses an index whose child is missing', async () => {
    const child = { mediaType: OCI_MANIFEST, digest: digestOf(randomBytes(8)), size: 8 };
    const index = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [child] });

    const response = await ask('/v2/index/manifests/v1', {
      method: 'PUT',
      body: index,
      headers: { 'content-type': OCI_INDEX },
    });

    expect([400, 404]).toContain(response.status);
  });

  test.each([
    ['that is no JSON', '{', OCI_MANIFEST],
    ['of an unknown type', '{"schemaVersion":2}', 'application/json+nothing'],
    ['that calls itself something else', '{"schemaVersion":2,"mediaType":"x/y"}', OCI_MANIFEST],
  ])('refuses a manifest %s', async (_, body, type) => {
    const response = await ask('/v2/refuse/manifests/v1', {
      method: 'PUT',
      body,
      headers: { 'content-type': type },
    });

    expect([400, 404, 415]).toContain(response.status);
  });

  test.runIf(isOurs)('refuses a manifest above 4 MiB without keeping it', async () => {
    const response = await putManifest('large', 'v1', Buffer.alloc(5 * 1024 ** 2, 0x20));

    expect(response.status).toBe(413);
  });

  test('moves a tag', async () => {
    await pushManifest('move', 'v1');
    const { digest } = await pushManifest('move', 'v1');

    const got = await ask('/v2/move/manifests/v1', { headers: { accept: OCI_MANIFEST } });

    expect(got.headers.get('docker-content-digest')).toBe(digest);
  });

  test('lists tags', async () => {
    for (const tag of ['b', 'a']) await pushManifest('tags', tag);

    const response = await ask('/v2/tags/tags/list');

    const list = tagList.parse(await response.json());
    expect(list.name).toBe('tags');
    expect(list.tags.toSorted()).toEqual(['a', 'b']);
  });

  test.runIf(isOurs)('lists tags in order, page by page', async () => {
    for (const tag of ['c', 'a', 'b']) await pushManifest('pages', tag);

    const page = await ask('/v2/pages/tags/list?n=2');
    const next = /<([^>]+)>; rel="next"/u.exec(page.headers.get('link') ?? '')?.[1] ?? '';
    const last = await ask(next);

    expect(await page.json()).toEqual({ name: 'pages', tags: ['a', 'b'] });
    expect(await last.json()).toEqual({ name: 'pages', tags: ['c'] });
    expect(last.headers.get('link')).toBeNull();
  });

  test('answers 404 for the tags of an unknown repository', async () => {
    const response = await ask('/v2/nobody/tags/list');

    expect(response.status).toBe(404);
    expect(await response.text()).toContain('NAME_UNKNOWN');
  });

  test.runIf(isOurs)('removes a tag and leaves its manifest', async () => {
    const { digest } = await pushManifest('untag', 'v1');

    const removed = await ask('/v2/untag/manifests/v1', { method: 'DELETE' });

    expect(removed.status).toBe(202);
    expect((await ask('/v2/untag/manifests/v1')).status).toBe(404);
    expect((await ask(`/v2/untag/manifests/${digest}`)).status).toBe(200);
  });

  test('removes a manifest and the tags that name it', async () => {
    const { digest } = await pushManifest('delete', 'v1');

    const removed = await ask(`/v2/delete/manifests/${digest}`, { method: 'DELETE' });

    expect(removed.status).toBe(202);
    expect((await ask(`/v2/delete/manifests/${digest}`)).status).toBe(404);
    expect((await ask('/v2/delete/manifests/v1')).status).toBe(404);
  });

  test.runIf(isOurs)(
    'takes a manifest whose subject is missing, and says that it indexes it',
    async () => {
      const subject = { mediaType: OCI_MANIFEST, digest: digestOf(randomBytes(8)), size: 8 };

      const { response, digest } = await pushManifest('subject', undefined, { subject });

      expect(response.headers.get('oci-subject')).toBe(subject.digest);
      const listed = await ask(`/v2/subject/referrers/${subject.digest}`);
      expect(await listed.json()).toMatchObject({
        manifests: [{ digest, artifactType: CONFIG_TYPE }],
      });
    },
  );

  test.runIf(isOurs)('lists referrers of one kind and says that it filtered', async () => {
    const subject = { mediaType: OCI_MANIFEST, digest: digestOf(randomBytes(8)), size: 8 };
    const annotations = { made: 'by a test' };
    await pushManifest('kinds', undefined, { subject, artifactType: 'test/a' });
    const b = await pushManifest('kinds', undefined, {
      subject,
      artifactType: 'test/b',
      annotations,
    });

    const response = await ask(`/v2/kinds/referrers/${subject.digest}?artifactType=test/b`);

    expect(response.headers.get('content-type')).toBe(OCI_INDEX);
    expect(response.headers.get('oci-filters-applied')).toBe('artifactType');
    expect(await response.json()).toMatchObject({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [{ digest: b.digest, artifactType: 'test/b', annotations }],
    });
  });

  test.runIf(isOurs)('forgets a referrer that was removed', async () => {
    const subject = { mediaType: OCI_MANIFEST, digest: digestOf(randomBytes(8)), size: 8 };
    const { digest } = await pushManifest('forget', undefined, { subject });

    await ask(`/v2/forget/manifests/${digest}`, { method: 'DELETE' });

    const listed = await ask(`/v2/forget/referrers/${subject.digest}`);
    expect(await listed.json()).toMatchObject({ manifests: [] });
  });

  test('lists repositories', async () => {
    await pushManifest('catalog/deep/one', 'v1');

    const response = await ask('/v2/_catalog');

    expect(catalog.parse(await response.json()).repositories).toContain('catalog/deep/one');
  });

  test.each([
    ['a name with upper case', '/v2/Upper/tags/list'],
    ['a name that leaves the folder', '/v2/%2e%2e/%2e%2e/etc/tags/list'],
    ['a digest that leaves the folder', '/v2/app/blobs/sha256:..%2f..%2fetc%2fpasswd'],
    ['a digest in upper case', `/v2/app/blobs/sha256:${'A'.repeat(64)}`],
  ])('refuses %s', async (_, path) => {
    const response = await ask(path);

    expect([400, 404]).toContain(response.status);
  });
});

function locationOf(response: Response): string {
  return response.headers.get('location') ?? '';
}

function withDigest(location: string, digest: Digest): string {
  return `${location}${location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
}
