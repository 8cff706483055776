import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { processEnvironment } from '../../host/environment.ts';
import { runProcess } from '../../host/process.ts';
import { digestOf, hexOf } from '../../kernel/digest.ts';
import { openRepository } from '../client/open-repository.ts';
import { randomBlob, uploadSampleImage } from '../testing/sample-image.ts';
import { serveRegistry } from './serve-registry.ts';

interface Folder extends AsyncDisposable {
  readonly path: string;
}

async function makeFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'seatrial-served-'));
  return {
    path,
    [Symbol.asyncDispose]: async () => await rm(path, { recursive: true, force: true }),
  };
}

interface OtherProcess extends AsyncDisposable {
  readonly host: string;
  kill(): Promise<void>;
}

/** The same registry in a process of its own, which can be killed. */
async function serveElsewhere(folder: string): Promise<OtherProcess> {
  const program = `
    import { serveRegistry } from ${JSON.stringify(join(import.meta.dirname, 'serve-registry.ts'))};
    const served = await serveRegistry({ folder: ${JSON.stringify(folder)} });
    console.log('at ' + served.host + ' now');
  `;
  let pgid = 0;
  return await new Promise((resolve, reject) => {
    let output = '';
    const ended = runProcess(process.execPath, ['--input-type=module', '-e', program], {
      env: processEnvironment(),
      onStart: (id) => {
        pgid = id;
      },
      onOutput: (text) => {
        output += text;
        const host = /at (\S+) now/u.exec(output)?.[1];
        if (host !== undefined) resolve({ host, kill, [Symbol.asyncDispose]: kill });
      },
    });
    const kill = async (): Promise<void> => {
      process.kill(-pgid, 'SIGKILL');
      await ended;
    };
    ended.then(() => reject(new Error(`it ended: ${output}`)), reject);
  });
}

const env = {};

test('everything is there again after a restart', async () => {
  await using folder = await makeFolder();
  const first = await serveRegistry({ folder: folder.path });
  await using writer = openRepository({ repository: `${first.host}/app`, env });
  const manifest = await uploadSampleImage(writer);
  await writer.manifests.put({ ...manifest, reference: 'v1' });
  await first.close();

  await using second = await serveRegistry({ folder: folder.path });
  await using reader = openRepository({ repository: `${second.host}/app`, env });

  expect(await reader.manifests.read('v1')).toEqual(manifest);
});

describe('after kill -9 in the middle of an upload', () => {
  test('no half blob is visible, and the next start sweeps what was left', async () => {
    await using folder = await makeFolder();
    const bytes = randomBytes(300_000);
    const digest = digestOf(bytes);
    const dead = await serveElsewhere(folder.path);
    const post = await fetch(`http://${dead.host}/v2/app/blobs/uploads/`, { method: 'POST' });
    const location = post.headers.get('location') ?? '';
    const patch = { method: 'PATCH', body: bytes.subarray(0, 200_000) };
    await fetch(new URL(location, `http://${dead.host}`), patch);
    await dead.kill();
    const left = await readdir(join(folder.path, 'uploads'));

    await using next = await serveRegistry({ folder: folder.path });
    const swept = await readdir(join(folder.path, 'uploads'));
    const head = await fetch(`${next.url}/v2/app/blobs/${digest}`, { method: 'HEAD' });
    const status = await fetch(new URL(location, next.url));

    expect(left).toHaveLength(1);
    expect(swept).not.toContain(left[0]);
    expect(head.status).toBe(404);
    expect(status.status).toBe(404);
  });

  test('whatever was confirmed is there, at ten moments', async () => {
    await using folder = await makeFolder();
    for (let round = 0; round < 10; round += 1) {
      const server = await serveElsewhere(folder.path);
      const repository = openRepository({
        repository: `${server.host}/app`,
        env,
        limits: { attempts: 1, backoffMs: 1 },
      });
      const confirmed: ReturnType<typeof randomBlob>[] = [];
      const uploads = Array.from({ length: 20 }, async () => {
        const blob = randomBlob(50_000);
        await repository.blobs.upload(blob);
        confirmed.push(blob);
        if (confirmed.length === round) await server.kill();
      });
      await Promise.allSettled([...uploads, round === 0 ? server.kill() : undefined]);
      await server.kill().catch(() => undefined);
      await repository[Symbol.asyncDispose]();

      await using next = await serveRegistry({ folder: folder.path });
      await using reader = openRepository({ repository: `${next.host}/app`, env });
      for (const blob of confirmed) {
        const contents = await reader.blobs.read(blob.digest);
        expect(digestOf(Buffer.concat((await contents?.stream.toArray()) ?? []))).toBe(blob.digest);
      }
    }
  });
});

test('two processes write to one folder at the same time and neither loses anything', async () => {
  await using folder = await makeFolder();
  await using other = await serveElsewhere(folder.path);
  await using own = await serveRegistry({ folder: folder.path });
  const writers = [own.host, other.host].map((host) =>
    openRepository({ repository: `${host}/app`, env }),
  );
  const shared = Array.from({ length: 5 }, () => randomBlob(200_000));

  const manifests = await Promise.all(
    writers.flatMap((repository, writer) =>
      [0, 1, 2].map(async (index) => {
        await Promise.all(shared.map(async (blob) => await repository.blobs.upload(blob)));
        const manifest = await uploadSampleImage(repository);
        await repository.manifests.put({ ...manifest, reference: `w${writer}-${index}` });
        return manifest;
      }),
    ),
  );

  for (const repository of writers) {
    expect(await repository.tags.list()).toHaveLength(6);
    for (const { digest, bytes } of manifests) {
      expect((await repository.manifests.read(digest))?.bytes).toEqual(bytes);
    }
    for (const { digest } of shared) expect(await repository.blobs.sizeOf(digest)).toBe(200_000);
    await repository[Symbol.asyncDispose]();
  }
});

test('the folder of another process that is alive is not swept', async () => {
  await using folder = await makeFolder();
  await using other = await serveElsewhere(folder.path);
  const post = await fetch(`http://${other.host}/v2/app/blobs/uploads/`, { method: 'POST' });

  await using own = await serveRegistry({ folder: folder.path });
  const status = await fetch(new URL(post.headers.get('location') ?? '', `http://${other.host}`));

  expect(own.port).toBeGreaterThan(0);
  expect(status.status).toBe(204);
});

test('a blob whose content was damaged on the disk is not served unnoticed', async () => {
  await using folder = await makeFolder();
  await using served = await serveRegistry({ folder: folder.path });
  await using repository = openRepository({ repository: `${served.host}/app`, env });
  const blob = randomBlob(100);
  await repository.blobs.upload(blob);
  const hex = hexOf(blob.digest);
  await writeFile(join(folder.path, 'blobs/sha256', hex.slice(0, 2), hex), randomBytes(100));

  const contents = await repository.blobs.read(blob.digest);

  await expect(contents?.stream.toArray()).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
});

test('a client that stops in the middle leaves the upload where it stood', async () => {
  await using folder = await makeFolder();
  await using served = await serveRegistry({ folder: folder.path });
  const post = await fetch(`${served.url}/v2/app/blobs/uploads/`, { method: 'POST' });
  const location = new URL(post.headers.get('location') ?? '', served.url);
  const socket = createConnection(served.port, '127.0.0.1');
  socket.write(
    `PATCH ${location.pathname} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabcde`,
  );

  await expect
    .poll(async () => {
      const files = await readdir(join(folder.path, 'uploads'), { recursive: true });
      return files.length;
    })
    .toBeGreaterThan(1);
  socket.destroy();

  await expect
    .poll(async () => (await fetch(location)).headers.get('range'), { timeout: 5000 })
    .toBe('0-4');
});

describe('what cannot be used is REGISTRY_FOLDER_UNUSABLE', () => {
  test('a file in place of the folder', async () => {
    await using folder = await makeFolder();
    const path = join(folder.path, 'file');
    await writeFile(path, '');

    const serving = serveRegistry({ folder: path });

    await expect(serving).rejects.toMatchObject({ code: 'REGISTRY_FOLDER_UNUSABLE', exitCode: 3 });
  });

  test('a port that is taken, and no session folder is left', async () => {
    await using folder = await makeFolder();
    await using served = await serveRegistry({ folder: folder.path });
    await using second = await makeFolder();

    const serving = serveRegistry({ folder: second.path, port: served.port });

    await expect(serving).rejects.toMatchObject({ code: 'REGISTRY_FOLDER_UNUSABLE' });
    expect(await readdir(join(second.path, 'uploads'))).toEqual([]);
  });
});
