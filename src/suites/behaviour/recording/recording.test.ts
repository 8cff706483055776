import { describe, expect, it } from 'vitest';
import { imageSchema } from '../../../config/schema.ts';
import { createSubject } from '../testing/subject.ts';
import { entryOf, hintsOf } from './entry.ts';
import type { RecordedPort, Recording } from './recording.ts';
import { specOf } from './spec-text.ts';

const recording: Recording = {
  outcome: { state: 'ready', durationMs: 400, because: 'port 80 listens' },
  imageClass: 'service',
  ports: [],
  written: [],
  volumes: [],
  env: [],
  signals: [],
  end: { by: 'recorder', exitCode: 0, signal: 'SIGTERM', stopMs: 30 },
  durationMs: 5000,
};
const subject = createSubject({ config: { exposedPorts: ['80/tcp'] } });

function port(number: number, more: Partial<RecordedPort> = {}): RecordedPort {
  return { port: number, isExposed: true, isLoopback: false, connections: 0, ...more };
}

function readyOf(more: Partial<Recording>, of = subject): unknown {
  return entryOf({ ...recording, ...more }, of, 'test/app.spec.ts').ready;
}

describe('the configuration of a recording', () => {
  it('waits for what was seen', () => {
    const http = port(80, { speaks: { kind: 'http', status: 404 } });
    const healthy = createSubject({ config: { healthcheck: { test: ['CMD', 'x'] } } });

    expect(readyOf({ ports: [http] })).toEqual({ http: 'GET 80/' });
    expect(readyOf({ ports: [port(80, { speaks: { kind: 'http', status: 503 } })] })).toEqual({
      port: 80,
    });
    expect(readyOf({ ports: [port(90, { isExposed: false, connections: 3 }), port(80)] })).toEqual({
      port: 80,
    });
    expect(readyOf({ ports: [port(80, { isLoopback: true })] })).toBeUndefined();
    expect(readyOf({ ports: [http] }, healthy)).toEqual({ health: true });
    expect(readyOf({ imageClass: 'one-shot' })).toEqual({ exit: 0 });
  });

  it('gives a slow image four times what it took', () => {
    const outcome = { state: 'ready', durationMs: 20_000, because: '' } as const;

    expect(readyOf({ ports: [port(80)], outcome })).toEqual({ port: 80, timeout: '80s' });
  });

  it('says how it was run, is valid, and has no secret', () => {
    const given = createSubject({
      profile: {
        run: {
          env: { API_TOKEN: 'hunter2', LEVEL: 'debug' },
          command: ['serve'],
          user: '1000',
          mounts: ['/data', { tmpfs: '/tmp' }, { bind: 'conf', target: '/etc/app' }],
          memory: '64m',
          stop_timeout: '3s',
        },
      },
    });

    const entry = entryOf(recording, given, 'test/app.spec.ts');

    expect(entry).toEqual({
      run: {
        env: { API_TOKEN: 'made-up-for-tests', LEVEL: 'debug' },
        command: ['serve'],
        user: '1000',
        mounts: ['/data', { tmpfs: '/tmp' }, { bind: 'conf', target: '/etc/app', read_only: true }],
        memory: 64 * 1024 ** 2,
        stop_timeout: '3000ms',
      },
      suites: { spec: 'test/app.spec.ts' },
    });
    expect(imageSchema.safeParse(entry).success).toBe(true);
    expect(hintsOf(recording, given).join('\n')).toContain(
      'The value of API_TOKEN is a made-up one',
    );
  });

  it('hints at what only a person knows', () => {
    const hints = hintsOf(
      {
        ...recording,
        ports: [port(80), port(9000, { isExposed: false })],
        volumes: [{ path: '/data', isUsed: true }],
        written: [{ path: '/var/lib/app/db', kind: 'added', sizeBytes: 1 }],
      },
      subject,
    ).join('\n');

    expect(hints).toContain('It filled /data.');
    expect(hints).toContain('write: { http: POST 80/…');
    expect(hints).toContain('may_write: [/var/lib/app]');
    expect(hints).toContain('Port 9000 listens and is not EXPOSEd.');
  });
});

describe('the spec file of a recording', () => {
  it('asks each port as it was found, and for the end', () => {
    const text = specOf(
      {
        ...recording,
        ports: [
          port(80, { speaks: { kind: 'http', status: 302 } }),
          port(9000, { isExposed: false }),
        ],
      },
      'app',
    );

    expect(text).toContain('fetch(`${app.url(80)}/`)');
    expect(text).toContain('expect(answer.status).toBe(302);');
    expect(text).toContain('run({ ports: [9000] })');
    expect(text).toContain("import { connect } from 'node:net';");
    expect(text).toContain("test('app ends on SIGTERM'");
    expect(text).toContain('expect(await app.stop()).toBe(0);');
  });

  it('does not want an image to be killed, and asks one without ports to stay up', () => {
    const text = specOf({ ...recording, end: { by: 'recorder', exitCode: 137 } }, 'app');

    expect(text).not.toContain('stop()');
    expect(text).toContain('isRunning).toBe(true)');
  });

  it('asks a one-shot for its end and a line that is the same each time', () => {
    const job: Recording = {
      ...recording,
      imageClass: 'one-shot',
      end: { by: 'itself', exitCode: 0 },
      firstLine: 'all done',
    };

    expect(specOf(job, 'app')).toContain("toContain('all done')");
    expect(specOf({ ...job, firstLine: 'took 12 ms' }, 'app')).not.toContain('took');
  });
});
