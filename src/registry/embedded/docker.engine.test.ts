import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { processEnvironment } from '../../host/environment.ts';
import { runProcess } from '../../host/process.ts';
import { openRepository } from '../client/open-repository.ts';
import { serveRegistry } from './serve-registry.ts';

async function docker(...argv: readonly string[]): Promise<string> {
  const result = await runProcess('docker', argv, { env: processEnvironment() });
  if (result.exitCode !== 0) throw new Error(`docker ${argv.join(' ')}: ${result.output}`);
  return result.stdout.trim();
}

test('the Docker engine pushes to the embedded registry and pulls the same image back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'seatrial-docker-'));
  await using served = await serveRegistry({ folder: join(folder, 'registry') });
  const tag = `${served.host}/seatrial-test/push:v1`;
  await copyFile('/bin/busybox', join(folder, 'busybox'));
  await writeFile(join(folder, 'Dockerfile'), `FROM scratch\nCOPY busybox /${folder.slice(-6)}\n`);
  await writeFile(join(folder, '.dockerignore'), 'registry\n');
  const refs: string[] = [tag];
  try {
    await docker('build', '-q', '-t', tag, folder);
    const id = await docker('image', 'inspect', '-f', '{{.Id}}', tag);
    const pushed = await docker('push', tag);
    const digest = /digest: (sha256:[a-f0-9]{64})/u.exec(pushed)?.[1] ?? '';
    await docker('rmi', tag);
    const byDigest = `${served.host}/seatrial-test/push@${digest}`;
    refs.push(byDigest);

    await docker('pull', byDigest);

    expect(await docker('image', 'inspect', '-f', '{{.Id}}', byDigest)).toBe(id);
    await using repository = openRepository({
      repository: `${served.host}/seatrial-test/push`,
      env: {},
    });
    const manifest = await repository.manifests.read('v1');
    expect(manifest?.digest).toBe(digest);
    expect(JSON.parse(Buffer.from(manifest?.bytes ?? []).toString())).toMatchObject({
      config: { digest: id },
    });
  } finally {
    for (const ref of refs) await docker('rmi', ref).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
});
