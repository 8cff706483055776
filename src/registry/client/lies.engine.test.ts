import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { processEnvironment } from '../../host/environment.ts';
import { runProcess } from '../../host/process.ts';
import { digestOf } from '../../kernel/digest.ts';
import type { Fault } from '../embedded/faults.ts';
import { startFaultyRegistry } from '../testing/faulty-registry.ts';
import { uploadSampleImage } from '../testing/sample-image.ts';

/** Lies that `docker push` reports as success, with the code by which we find them out. */
const lies: readonly { readonly what: string; readonly fault: Fault }[] = [
  {
    what: 'keeps no manifest and says that it did',
    fault: { on: 'manifest.put', action: { kind: 'storeNothing' } },
  },
  {
    what: 'keeps no manifest and names another digest',
    fault: { on: 'manifest.put', action: { kind: 'storeNothing', digest: digestOf('another') } },
  },
  {
    what: 'keeps the manifest and names another digest',
    fault: {
      on: 'manifest.put',
      action: { kind: 'headers', headers: { 'Docker-Content-Digest': digestOf('another') } },
    },
  },
];

test.each(lies)(
  'docker push exits with 0 at a registry that $what, and we with 1',
  async ({ fault }) => {
    await using registry = await startFaultyRegistry();
    await using image = await buildImage(registry.host);
    const repository = registry.open();
    const manifest = await uploadSampleImage(repository);
    registry.faults.set([fault]);

    const pushed = await runProcess('docker', ['push', image.tag], { env: processEnvironment() });
    const put = repository.manifests.put({ ...manifest, reference: 'ours' });

    expect(pushed.exitCode, pushed.output).toBe(0);
    expect(pushed.output).toContain('digest: sha256:');
    await expect(put).rejects.toMatchObject({ code: 'DIGEST_MISMATCH', exitCode: 1 });
  },
);

async function buildImage(host: string): Promise<AsyncDisposable & { readonly tag: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'seatrial-lies-'));
  const tag = `${host}/seatrial-test/lies:v1`;
  await copyFile('/bin/busybox', join(folder, 'busybox'));
  await writeFile(join(folder, 'Dockerfile'), `FROM scratch\nCOPY busybox /${folder.slice(-6)}\n`);
  const env = processEnvironment();
  const built = await runProcess('docker', ['build', '-q', '-t', tag, folder], { env });
  await rm(folder, { recursive: true, force: true });
  if (built.exitCode !== 0) throw new Error(built.output);
  return {
    tag,
    [Symbol.asyncDispose]: async () => {
      await runProcess('docker', ['rmi', tag], { env });
    },
  };
}
