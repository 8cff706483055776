import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ImageRecording } from './record-image.ts';
import { recordReference } from './record-image.ts';
import { renderRecording } from './render-recording.ts';
import { createTestHost } from './testing/test-host.ts';

const recorded: ImageRecording = {
  image: 'app',
  ref: 'app:1',
  config: 'images:\n  app: {}\n',
  specFile: 'test/app.spec.ts',
  spec: '// spec\n',
  entry: {},
  hints: [],
  files: [],
  recording: {
    outcome: { state: 'ready', durationMs: 400, because: 'port 80 listens' },
    imageClass: 'service',
    ports: [
      {
        port: 80,
        isExposed: false,
        isLoopback: false,
        connections: 2,
        speaks: { kind: 'http', status: 200 },
      },
    ],
    written: [{ path: '/x', kind: 'added', sizeBytes: 3 }],
    volumes: [{ path: '/data', isUsed: false }],
    env: ['LEVEL'],
    signals: ['SIGHUP'],
    end: { by: 'recorder', exitCode: 0, signal: 'SIGTERM', stopMs: 120 },
    durationMs: 4000,
  },
};

describe('seatrial record', () => {
  it('does not write into a program: RECORD_CONFIG_IS_CODE', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'seatrial-record-'));
    await writeFile(join(folder.path, 'seatrial.config.ts'), 'export default {};\n');
    const host = createTestHost(folder.path);

    const recording = recordReference(host, { image: 'nginx', words: [], isWritten: true });

    await expect(recording).rejects.toMatchObject({ code: 'RECORD_CONFIG_IS_CODE', exitCode: 2 });
  });

  it('needs a name where nothing was built: OPTION_INVALID', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'seatrial-record-'));

    const recording = recordReference(createTestHost(folder.path), { words: [], isWritten: false });

    await expect(recording).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(recording).rejects.toThrow('none was built here');
  });

  it('tells people what was seen, and what could be written', () => {
    const text = renderRecording(recorded, 'text');

    for (const line of [
      'app (app:1), watched for 4.0 s',
      'ready after 0.4 s: port 80 listens',
      'port 80 listens, not EXPOSEd, 2 connections seen, speaks http',
      'volume /data: empty',
      'wrote /x (3 B), outside of volumes',
      'was given LEVEL',
      'got SIGHUP',
      'ended 0.1 s after SIGTERM with exit code 0',
      'Nothing was written: --write does.',
    ])
      expect(text).toContain(line);
  });

  it.each([
    [{ by: 'itself', exitCode: 3 }, 'ended by itself with exit code 3'],
    [{ by: 'other', exitCode: 137, signal: 'SIGKILL' }, 'ended by somebody else (SIGKILL)'],
    [{ by: 'engine', exitCode: 127 }, 'was not started by the engine'],
  ] as const)('tells how it ended: %j', (end, said) => {
    const told = { ...recorded, recording: { ...recorded.recording, end }, files: ['wrote x'] };

    expect(renderRecording(told, 'text')).toContain(said);
    expect(renderRecording(told, 'text')).toContain('\nwrote x\n');
  });

  it('tells programs the same as one object', () => {
    expect(JSON.parse(renderRecording(recorded, 'json'))).toMatchObject({
      schema: 'seatrial.record/1',
      image: 'app',
      recording: { ports: [{ port: 80, connections: 2 }], end: { by: 'recorder' } },
      spec: '// spec\n',
    });
  });
});
