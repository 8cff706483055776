import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectEngine } from '../../src/engine/connect.ts';
import type { Engine } from '../../src/engine/contract.ts';
import { labelNames } from '../../src/engine/labels.ts';
import { parseOwner } from '../../src/engine/owner.ts';
import { stateRoot } from '../../src/engine/temporary-folders.ts';
import { startOwnEngine } from '../../src/engine/testing/own-engine.ts';
import { buildScratchImage, type ScratchImage } from '../../src/engine/testing/scratch-image.ts';
import { processEnvironment } from '../../src/host/environment.ts';
import { isThere } from '../../src/host/files.ts';
import { isSoak } from '../../src/host/testing/soak.ts';
import { runSeatrial, startSeatrial } from './command-line.ts';
import { createTemporaryPlace, type TemporaryPlace } from './temporary-place.ts';

const engine = await connectEngine({ env: processEnvironment() });
let image: ScratchImage;
let place: TemporaryPlace;

beforeAll(async () => {
  image = await buildScratchImage(engine, { entrypoint: ['/bin/sleep', '600'] });
  place = await createTemporaryPlace();
});

afterAll(async () => {
  await image[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

async function sandbox(...argv: readonly string[]) {
  const env = { ...place.env, IMAGE: image.ref };
  return await runSeatrial(['sandbox', ...argv], { ...place, env });
}

/** What a process of ours has on an engine, and its folders here. */
async function remainsOf(pid: number, on: Engine): Promise<readonly string[]> {
  const objects = (await on.objects.list([labelNames.owner])).filter(
    ({ labels }) => parseOwner(labels[labelNames.owner] ?? '')?.pid === pid,
  );
  const folders = (await readdir(stateRoot())).filter((name) =>
    name.startsWith(`${pid.toString(36)}.`),
  );
  return [...objects.map(({ kind, name }) => `${kind} ${name}`), ...folders];
}

const reportSchema = z.object({
  schema: z.literal('seatrial.sandbox/1'),
  exitCode: z.number(),
  isolation: z.string(),
  left: z.object({ containers: z.array(z.string()) }),
  calls: z.object({ calls: z.number(), denied: z.array(z.object({ rule: z.string() })) }),
});

describe('seatrial sandbox', () => {
  it('passes the exit code on, shows nothing foreign, and says on stderr what it removed', async () => {
    const script = 'docker ps -aq; docker run -d --name left "$IMAGE" >/dev/null; exit 7';

    const { exitCode, stdout, stderr } = await sandbox('--', 'sh', '-c', script);

    expect({ exitCode, stdout }).toEqual({ exitCode: 7, stdout: '' });
    expect(stderr).toContain('seatrial: exit code 7 after ');
    expect(stderr).toContain('seatrial: left behind, and removed: container left\n');
  });

  it('tells all of it as one JSON object, with what was denied and why', async () => {
    const script = 'docker run --rm --privileged "$IMAGE" 2>/dev/null; docker ps >/dev/null';

    const { stderr } = await sandbox('--format', 'json', '--', 'sh', '-c', script);

    const report = reportSchema.parse(JSON.parse(stderr.trim().split('\n').at(-1) ?? ''));
    expect(report).toMatchObject({ exitCode: 0, calls: { denied: [{ rule: 'privileged' }] } });
  });

  it('refuses what it does not know, says what was meant, and prints the policy', async () => {
    const [noCommand, noRule, policy] = await Promise.all([
      sandbox(),
      sandbox('--allow', 'privilged', '--', 'true'),
      sandbox('--explain'),
    ]);

    expect(noCommand).toMatchObject({ exitCode: 2 });
    expect(noCommand.stderr).toContain('No command to run was given');
    expect(noRule).toMatchObject({ exitCode: 2 });
    expect(noRule.stderr).toContain('Did you mean `privileged`?');
    expect(policy.stdout).toMatch(/^denied +privileged /mu);
  });

  const signals = [
    ['SIGKILL', null],
    ['SIGTERM', 4],
  ] as const;
  it.each(isSoak ? signals : signals.slice(0, 1))(
    'after %s nothing is left within 5 seconds',
    async (signal, exitCode) => {
      const script = `docker network create n; docker volume create vol
docker run -d --restart always --network n -v vol:/v "$IMAGE"
setsid sleep 600 &
touch running-${signal}
while :; do docker run -d "$IMAGE"; done`;
      await writeFile(join(place.folder, 'script.sh'), script);
      const env = { ...place.env, IMAGE: image.ref };
      const child = startSeatrial(['sandbox', '--', 'sh', 'script.sh'], { ...place, env });
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      const pid = child.pid ?? 0;
      await expect
        .poll(() => isThere(join(place.folder, `running-${signal}`)), { timeout: 60_000 })
        .toBe(true);
      const before = await remainsOf(pid, engine);

      child.kill(signal);

      expect(await ended).toBe(exitCode);
      await expect.poll(() => remainsOf(pid, engine), { timeout: 5000, interval: 50 }).toEqual([]);
      expect(before.length).toBeGreaterThan(3);
    },
  );
});

describe.runIf(isSoak)('seatrial sandbox on an engine of which only the API can be reached', () => {
  it('after SIGKILL nothing is left there within 5 seconds, the agent neither', async () => {
    await using far = await startOwnEngine({ isRemote: true });
    const remote = await connectEngine({ env: {}, host: far.host });
    const { ref } = await buildScratchImage(remote, {
      entrypoint: ['/bin/httpd', '-f', '-p', '8000'],
    });
    const script = `docker run -d --restart always -p 8000:8000 -v /tmp/d:/d -v vol:/v ${ref}
curl --silent --retry 50 --retry-connrefused localhost:8000 >/dev/null
touch running-far; sleep 600`;
    await writeFile(join(place.folder, 'far.sh'), script);
    const child = startSeatrial(['sandbox', '--engine', far.host, '--', 'sh', 'far.sh'], place);
    const pid = child.pid ?? 0;
    await expect
      .poll(() => isThere(join(place.folder, 'running-far')), { timeout: 60_000 })
      .toBe(true);
    const before = await remainsOf(pid, remote);

    child.kill('SIGKILL');

    await expect.poll(() => remainsOf(pid, remote), { timeout: 5000, interval: 50 }).toEqual([]);
    const kinds = before
      .map((each) => each.split(' ')[0] ?? '')
      .toSorted((a, b) => a.localeCompare(b));
    expect(kinds.filter((kind) => ['container', 'network', 'volume'].includes(kind))).toEqual(
      // The script's own and the agent; the folder and the named volume.
      ['container', 'container', 'network', 'volume', 'volume'],
    );
  });
});
