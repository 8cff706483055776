import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../kernel/digest.ts';
import { bytesBlob, fileBlob, remoteBlob } from './blob-sources.ts';
import { startFaultyRegistry } from './testing/faulty-registry.ts';
import { randomBlob } from './testing/sample-image.ts';

const bytes = randomBytes(300_000);
const descriptor = { digest: digestOf(bytes), size: bytes.length };

describe('a file as a blob', () => {
  it('is opened at any offset, and changed meanwhile it is DIGEST_MISMATCH', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'seatrial-blob-'));
    const path = join(folder, 'layer.tar');
    await writeFile(path, bytes);
    await using registry = await startFaultyRegistry();

    const blob = await fileBlob(path);
    const tail = await buffer(blob.open(299_000));
    await writeFile(path, randomBytes(bytes.length));
    const upload = registry.open().blobs.upload(blob);

    await expect(upload).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect({ digest: blob.digest, size: blob.sizeBytes }).toEqual(descriptor);
    expect(tail).toEqual(bytes.subarray(299_000));
    await rm(folder, { recursive: true });
  });
});

describe('a blob of another repository', () => {
  it('arrives whole although the source breaks off in the middle', async () => {
    await using source = await startFaultyRegistry();
    await using target = await startFaultyRegistry();
    const from = source.open();
    await from.blobs.upload(bytesBlob(bytes));
    source.faults.set([
      { on: 'blob.get', action: { kind: 'reset', afterBytes: 100_000 }, times: 2 },
    ]);

    const result = await target.open().blobs.upload(remoteBlob(from, descriptor));

    expect(result).toEqual({ how: 'uploaded', sentBytes: bytes.length });
    expect(source.requests.filter(({ method }) => method === 'GET').length).toBeGreaterThan(2);
  });

  it('goes on where the target has got to', async () => {
    await using source = await startFaultyRegistry();
    await using target = await startFaultyRegistry();
    const large = randomBytes(9 * 1024 ** 2);
    const from = source.open();
    await from.blobs.upload(bytesBlob(large));
    target.faults.set([
      { on: 'upload.patch', action: { kind: 'status', status: 503 }, after: 2, times: 1 },
    ]);

    const upload = target
      .open({ limits: { chunkBytes: 4 * 1024 ** 2 } })
      .blobs.upload(remoteBlob(from, { digest: digestOf(large), size: large.length }));

    await expect(upload).resolves.toMatchObject({ how: 'uploaded' });
  });

  it('that is not what its digest says does not arrive', async () => {
    await using source = await startFaultyRegistry();
    await using target = await startFaultyRegistry();
    const from = source.open();
    await from.blobs.upload(bytesBlob(bytes));
    source.faults.set([{ on: 'blob.get', action: { kind: 'corrupt' } }]);
    const to = target.open();

    const upload = to.blobs.upload(remoteBlob(from, descriptor));

    await expect(upload).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(await to.blobs.sizeOf(descriptor.digest)).toBeUndefined();
  });

  it('that is not there is said to be missing', async () => {
    await using source = await startFaultyRegistry();
    await using target = await startFaultyRegistry();
    const { digest, sizeBytes: size } = randomBlob(10);

    const upload = target.open().blobs.upload(remoteBlob(source.open(), { digest, size }));

    await expect(upload).rejects.toMatchObject({ code: 'UPLOAD_FAILED' });
    await expect(upload).rejects.toThrow(`does not have ${digest}`);
  });
});
