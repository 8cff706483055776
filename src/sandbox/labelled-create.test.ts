import { expect, test } from 'vitest';
import { addLabels, labelCreated } from './labelled-create.ts';

const labels = { 'dev.seatrial.run': 'r1' };

function labelled(body: string): string {
  return addLabels(Buffer.from(body), labels).toString();
}

test('adds labels where there are none', () => {
  expect(labelled('{}')).toBe('{"Labels":{"dev.seatrial.run":"r1"}}');
  expect(labelled('{"Image":"a"}\n')).toBe('{"Labels":{"dev.seatrial.run":"r1"},"Image":"a"}\n');
  expect(labelled(' { "Labels" : null , "A":1}')).toBe(
    ' { "Labels" : {"dev.seatrial.run":"r1"} , "A":1}',
  );
});

test('keeps the labels of the sender, and ours win', () => {
  const body =
    '{"A":{"Labels":{"deep":"1"}},"labels":{"own":"ü","dev.seatrial.run":"forged"},"Z":[]}';

  const result = labelled(body);

  expect(result).toBe(
    '{"A":{"Labels":{"deep":"1"}},"labels":{"own":"ü","dev.seatrial.run":"r1"},"Z":[]}',
  );
});

test('leaves every other byte as it was: big numbers, order, duplicate keys, escapes', () => {
  const rest =
    '"Memory":9223372036854775807, "Env":["A=\\"}{,:","\\u00e9é"],"Env":[1e3],\t"X":{"a":[{}]}}';

  expect(labelled(`{"Labels":{},${rest}`)).toBe(`{"Labels":{"dev.seatrial.run":"r1"},${rest}`);
});

test.each(['{"Image":', '[]', '"text"', '', 'null', '{"Labels":["a"]}', '{"Labels":{"a":1}}'])(
  'passes %j as it is, for the engine to refuse',
  (body) => {
    expect(labelled(body)).toBe(body);
  },
);

test.each([
  'POST /containers/create HTTP/1.1',
  'POST /v1.41/containers/create?name=a HTTP/1.1',
  'POST /v1.24/networks/create HTTP/1.1',
  'POST /volumes/create HTTP/1.0',
])('labels what %s makes', (startLine) => {
  const rewrite = labelCreated({ labels, volumesOf: async () => [] });

  expect(rewrite({ startLine, headers: [] })).toBeDefined();
});

test.each([
  'GET /containers/create HTTP/1.1',
  'POST /containers/create/json HTTP/1.1',
  'POST /v1.41/images/create?fromImage=a HTTP/1.1',
  'POST /v1.41/containers/a/exec HTTP/1.1',
])('leaves %s alone', (startLine) => {
  const rewrite = labelCreated({ labels, volumesOf: async () => [] });

  expect(rewrite({ startLine, headers: [] })).toBeUndefined();
});

async function createBody(body: object, imageVolumes: readonly string[]): Promise<unknown> {
  const rewrite = labelCreated({ labels, volumesOf: async () => imageVolumes });
  const replace = rewrite({ startLine: 'POST /containers/create HTTP/1.1', headers: [] });
  const bytes = await replace?.(Buffer.from(JSON.stringify(body)));
  return JSON.parse(String(bytes));
}

test('gives the anonymous volumes of image and request our labels', async () => {
  const body = { Image: 'a', Volumes: { '/asked/': {} }, HostConfig: { Mounts: null } };

  const created = await createBody(body, ['/data']);

  const volume = { Type: 'volume', Source: '', VolumeOptions: { Labels: labels } };
  const mounts = ['/asked', '/data'].map((Target) => ({ ...volume, Target }));
  expect(created).toMatchObject({ HostConfig: { Mounts: mounts } });
});

test('keeps what is mounted already', async () => {
  const mounts = [{ Type: 'bind', Source: '/a', Target: '/c' }];
  const HostConfig = { Binds: ['name:/a:ro', '/x:/b'], Mounts: mounts, Tmpfs: { '/d': '' } };

  const created = await createBody({ Image: 'a', HostConfig }, ['/a', '/b/', '/c', '/d', '/']);

  expect(created).toMatchObject({ HostConfig });
});

test('appends to the mounts of the sender', async () => {
  const own = { Type: 'volume', Source: 'v', Target: '/c' };

  const created = await createBody({ Image: 'a', HostConfig: { Mounts: [own] } }, ['/data']);

  expect(created).toMatchObject({ HostConfig: { Mounts: [own, { Target: '/data' }] } });
});

test('does not hide the volumes of another container', async () => {
  const created = await createBody({ Image: 'a', HostConfig: { VolumesFrom: ['b'] } }, ['/data']);

  expect(created).toEqual({ Image: 'a', HostConfig: { VolumesFrom: ['b'] }, Labels: labels });
});
