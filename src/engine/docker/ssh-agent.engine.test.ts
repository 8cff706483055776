import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { processEnvironment } from '../../host/environment.ts';
import { connectEngine } from '../connect.ts';
import { buildScratchImage } from '../testing/scratch-image.ts';

/** A program named `ssh` that runs the remote command here: the real one differs in where it runs. */
async function pathWithSsh(script: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'seatrial-ssh-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'ssh'), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, 'ssh'), 0o755);
  return `${folder}:${processEnvironment()['PATH'] ?? ''}`;
}

const RUN_HERE =
  'echo "$@" > "$0.arguments"; for last; do :; done; unset DOCKER_HOST; exec sh -c "$last"';

test('an engine behind ssh is used like any other', async () => {
  const path = await pathWithSsh(RUN_HERE);
  const env = { PATH: path, HOME: '/nonexistent' };
  const engine = await connectEngine({ env, host: 'ssh://me@box:2222' });

  await using image = await buildScratchImage(engine, { hasBusybox: false });
  const again = await engine.images.inspect(image.ref);
  const argv = await readFile(join(path.split(':')[0] ?? '', 'ssh.arguments'), 'utf8');

  expect(engine.endpoint).toMatchObject({ kind: 'ssh', url: 'ssh://me@box:2222' });
  expect(engine.info.isLocal).toBe(false);
  expect(argv).toMatch(/-T -l me -p 2222 -- box docker system dial-stdio\n$/u);
  expect(again?.id).toBe(image.record.id);
});

test('what ssh complains about is told: ENGINE_UNREACHABLE', async () => {
  const env = { PATH: await pathWithSsh('echo "Permission denied (publickey)." >&2; exit 255') };

  const connecting = connectEngine({ env, host: 'ssh://box' });

  await expect(connecting).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE', exitCode: 3 });
  await expect(connecting).rejects.toThrow('Permission denied (publickey).');
});

test('a machine without ssh says so: ENGINE_UNREACHABLE', async () => {
  const connecting = connectEngine({ env: { PATH: '/nonexistent' }, host: 'ssh://box' });

  await expect(connecting).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
});
