import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import { labelNames } from '../engine/labels.ts';
import { processEnvironment } from '../host/environment.ts';
import { isSoak } from '../host/testing/soak.ts';
import { specSuite } from '../suites/spec/index.ts';
import { openSuiteBench } from '../suites/testing/suite-bench.ts';
import type { AppHost } from './app-host.ts';
import { recordReference } from './record-image.ts';
import { createTestHost } from './testing/test-host.ts';

/** Inside the repository, so that `seatrial/test` is found as in an example. */
const parent = join(import.meta.dirname, '../../.seatrial/spec-tests');
await mkdir(parent, { recursive: true });

const server = {
  command: ['/start.sh'],
  exposedPorts: [8080],
  volumes: ['/data'],
  files: {
    '/www/index.html': 'ahoy\n',
    '/start.sh': `#!/bin/sh
[ -n "$DB_PASSWORD" ] || { echo 'DB_PASSWORD must be set' >&2; exit 1; }
echo kept > /data/file; mkdir -p /var/lib/app; echo lost > /var/lib/app/file
httpd -f -p 8080 -h /www &
trap 'kill $!; exit 0' TERM
wait $!
`,
  },
};

/** Somebody who uses the container as soon as it is up, and then presses Ctrl-C. */
function visitor(cwd: string, visit: (address: string) => Promise<void>): AppHost {
  const ctrlC = new AbortController();
  const stderr = new PassThrough();
  let told = '';
  stderr.on('data', (chunk: Buffer) => {
    told += chunk.toString();
    const address = /port 8080: (\S+)\n/u.exec(told)?.[1];
    if (address === undefined) return;
    stderr.removeAllListeners('data');
    void visit(address).finally(() => ctrlC.abort(new Error('cancelled by SIGINT')));
  });
  return { ...createTestHost(cwd, processEnvironment()), stderr, signal: ctrlC.signal };
}

describe('seatrial record', () => {
  it('writes a configuration that loads and a spec file that passes, without the secret', async () => {
    await using bench = await openSuiteBench({ image: server, parent });
    const { projectFolder, image } = bench.context;
    const host = visitor(projectFolder, async (address) => {
      await (await fetch(`http://${address}/`)).text();
    });

    const recorded = await recordReference(host, {
      image: image.ref,
      words: ['--rm', '-e', 'DB_PASSWORD=s3cr3t', '-e', 'LEVEL=2'],
      isWritten: true,
    });

    expect(recorded.recording).toMatchObject({
      outcome: { state: 'ready' },
      ports: [{ port: 8080, isExposed: true, speaks: { kind: 'http', status: 200 } }],
      volumes: [{ path: '/data', isUsed: true }],
      env: ['DB_PASSWORD', 'LEVEL'],
      end: { by: 'recorder', signal: 'SIGTERM', exitCode: 0 },
    });
    expect(recorded.recording.written.map(({ path }) => path)).toEqual(['/var/lib/app/file']);
    expect(recorded.recording.ports[0]?.connections).toBeGreaterThan(0);
    const text = await readFile(join(projectFolder, 'seatrial.yaml'), 'utf8');
    expect(text).not.toContain('s3cr3t');
    const loaded = await loadConfig({ folder: projectFolder, env: {}, checkIds: [] });
    const { ready, run, suites } = loaded?.config.images[recorded.image] ?? {};
    expect({ http: ready?.http, env: run?.env }).toEqual({
      http: 'GET 8080/',
      env: { DB_PASSWORD: 'made-up-for-tests', LEVEL: '2' },
    });
    if (suites?.spec === undefined || run === undefined) throw new Error('nothing was written');

    const cases = await specSuite.run(suites.spec, {
      ...bench.context,
      image: { ...image, name: recorded.image, profile: { ready, run } },
    });

    expect(cases.map(({ verdict, id }) => `${verdict}: ${id}`)).toEqual([
      expect.stringMatching(/^pass: .*answers on port 8080$/u),
      expect.stringMatching(/^pass: .*ends on SIGTERM$/u),
    ]);
  });

  it.runIf(isSoak)('tells who ended it, and with which signal', async () => {
    await using bench = await openSuiteBench({ image: server, parent });
    const { projectFolder, image } = bench.context;
    const { containers, objects } = bench.scope.engine;
    const host = visitor(projectFolder, async () => {
      for (const { kind, id } of await objects.list([labelNames.run])) {
        const state = kind === 'container' ? await containers.inspect(id) : undefined;
        if (state?.imageId !== image.record.id) continue;
        await containers.kill(id, 'HUP');
        await containers.kill(id, 'TERM');
        await containers.wait(id);
      }
    });

    const { recording } = await recordReference(host, {
      image: image.ref,
      words: ['-e', 'DB_PASSWORD=x'],
      isWritten: false,
    });

    expect(recording.signals).toEqual(['SIGHUP', 'SIGTERM']);
    expect(recording.end).toEqual({ by: 'other', exitCode: 0, signal: 'SIGTERM' });
  });

  it('writes nothing of a run that came to nothing: RECORD_NOT_USABLE', async () => {
    await using bench = await openSuiteBench({ image: server, parent });
    const { projectFolder, image } = bench.context;
    const host = createTestHost(projectFolder, processEnvironment());

    const recording = recordReference(host, { image: image.ref, words: [], isWritten: true });

    await expect(recording).rejects.toMatchObject({ code: 'RECORD_NOT_USABLE', exitCode: 1 });
    await expect(recording).rejects.toThrow('it ended with exit code 1');
    await expect(readFile(join(projectFolder, 'seatrial.yaml'))).rejects.toThrow('ENOENT');
  });
});
