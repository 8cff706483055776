import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gossSuiteSchema } from '../../config/suite-schema.ts';
import { findStaticBusybox } from '../../engine/busybox.ts';
import { filtersOf } from '../../engine/labels.ts';
import type { Case } from '../../kernel/verdict.ts';
import { openSuiteBench, type SuiteBench } from '../testing/suite-bench.ts';
import { gossSuite } from './index.ts';

let bench: SuiteBench;

/** One program that serves, and no shell, no `sh`, no link to any applet. */
beforeAll(async () => {
  const busybox = await findStaticBusybox();
  bench = await openSuiteBench({
    image: {
      hasBusybox: false,
      files: {
        '/srv/server': { contents: busybox ?? '', mode: 0o755 },
        '/srv/busybox': { linkTo: 'server' },
        '/www/index.html': 'hello from the server\n',
        '/data': { isFolder: true, mode: 0o1777, uid: 7 },
        '/data/seed': { contents: 'seed', uid: 7, gid: 9 },
        '/etc/group': 'root:x:0:\napp:x:1000:\n',
        '/var/lib/dpkg/status.d/server': 'Package: server\nVersion: 1.2-3\n',
      },
      entrypoint: ['/srv/busybox', 'httpd', '-f', '-p', '0.0.0.0:8080', '-h', '/www'],
      exposedPorts: [8080],
      volumes: ['/data'],
      env: { GREETING: 'hello', PATH: '/srv' },
    },
  });
});

afterAll(async () => {
  await bench[Symbol.asyncDispose]();
});

async function run(text: string, settings: object = {}): Promise<Readonly<Record<string, string>>> {
  await bench.write('goss.yaml', text);
  const cases = await gossSuite.run(
    gossSuiteSchema.parse({ files: 'goss.yaml', ...settings }),
    bench.context,
  );
  return verdictsOf(cases);
}

function verdictsOf(cases: readonly Case[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    cases.map(({ id, verdict, message }) => [
      id.replace('goss.yaml > ', ''),
      verdict === 'pass' ? 'pass' : `${verdict}: ${message}`,
    ]),
  );
}

async function containers(): Promise<number> {
  const { engine, labels } = bench.scope;
  const objects = await engine.objects.list(filtersOf(labels));
  return objects.filter(({ kind }) => kind === 'container').length;
}

describe('on an image without a shell', () => {
  it('tells of a running container from outside, and leaves nothing', async () => {
    const verdicts = await run(`
port:
  tcp:8080: { listening: true, ip: [0.0.0.0] }
  tcp6:8080: { listening: true }
process:
  busybox: { running: true }
  nginx: { running: true }
addr:
  tcp://localhost:8080: { reachable: true }
  tcp://localhost:9999: { reachable: true }
http:
  http://localhost:8080/: { status: 200, body: ["{{.Env.GREETING}} from"], headers: ['Content-Type: text/html'] }
  http://localhost:8080/none: { status: 200 }
command:
  busybox echo 'a b': { exit-status: 0, stdout: ['/^a b$/'] }
  busybox false: { exit-status: 0 }
  busybox sleep 60: { exit-status: 0, timeout: 200 }
  cat /etc/passwd: { exit-status: 127 }
  busybox echo | cat: { exit-status: 0 }
file:
  /data: { exists: true, mode: "1777", uid: 7, filetype: directory }
  /data/seed: { exists: true, gid: 9, contents: [seed] }
  /srv/busybox: { exists: true, filetype: symlink, linked-to: server }
  /srv/none: { exists: true }
user:
  nobody: { exists: true, uid: 65534 }
  root: { exists: true, home: /home/root }
group:
  app: { exists: true, gid: 1000 }
  wheel: { exists: true }
package:
  server: { installed: true, versions: [1.2-3] }
  shell: { installed: true }
matching:
  same: { content: [a, b], matches: { have-len: 2 } }
  other: { content: 1, matches: { gt: 2 } }
`);

    expect(verdicts).toEqual({
      "command: busybox echo 'a b': exit-status": 'pass',
      "command: busybox echo 'a b': stdout": 'pass',
      'command: busybox false: exit-status':
        'fail: `exit-status` of busybox false is 1, and should be 0',
      'command: busybox sleep 60: exit-status':
        'fail: `exit-status` of busybox sleep 60 cannot be told: the command did not end within 200 ms',
      'command: cat /etc/passwd: exit-status': 'pass',
      'command: busybox echo | cat: exit-status':
        'fail: `exit-status` of busybox echo | cat cannot be told: the image has no `sh`, and the command needs one',
      'http: http://localhost:8080/: status': 'pass',
      'http: http://localhost:8080/: headers': 'pass',
      'http: http://localhost:8080/: body': 'pass',
      'http: http://localhost:8080/none: status':
        'fail: `status` of http://localhost:8080/none is 404, and should be 200',
      'addr: tcp://localhost:8080: reachable': 'pass',
      'file: /data: exists': 'pass',
      'file: /data: mode': 'pass',
      'file: /data: uid': 'pass',
      'file: /data: filetype': 'pass',
      'file: /data/seed: exists': 'pass',
      'file: /data/seed: gid': 'pass',
      'file: /data/seed: contents': 'pass',
      'file: /srv/busybox: exists': 'pass',
      'file: /srv/busybox: linked-to': 'pass',
      'file: /srv/busybox: filetype': 'pass',
      'process: busybox: running': 'pass',
      'process: nginx: running': 'fail: `running` of nginx is false, and should be true',
      'file: /srv/none: exists': 'fail: `exists` of /srv/none is false, and should be true',
      'addr: tcp://localhost:9999: reachable':
        'fail: `reachable` of tcp://localhost:9999 is false, and should be true',
      'group: app: exists': 'pass',
      'group: app: gid': 'pass',
      'group: wheel: exists': 'fail: `exists` of wheel is false, and should be true',
      'package: server: installed': 'pass',
      'package: server: versions': 'pass',
      'package: shell: installed': 'fail: `installed` of shell is false, and should be true',
      'matching: same: matches': 'pass',
      'matching: other: matches': 'fail: `matches` of other is 1, and should be greater than 2',
      'user: root: exists': 'pass',
      'user: root: home': 'fail: `home` of root is "/", and should be "/home/root"',
      'user: nobody: exists': 'pass',
      'user: nobody: uid': 'pass',
      'port: tcp:8080: listening': 'pass',
      'port: tcp:8080: ip': 'pass',
      'port: tcp6:8080: listening': 'fail: `listening` of tcp6:8080 is false, and should be true',
    });
    expect(await containers()).toBe(0);
  });

  it('starts no container for files alone unless told to, and fails what needs one when the image ends', async () => {
    const { context } = bench;
    const { run: settings } = context.image.profile;
    // Ends at once.
    const entrypoint = ['/srv/busybox', 'touch', '/made'];
    const profile = { run: { ...settings, entrypoint, mounts: [{ tmpfs: '/memory' }] } };
    const ending = { ...context, image: { ...context.image, profile } };
    await bench.write(
      'files.yaml',
      'file: { /data/seed: { exists: true, owner: root }, /memory/a: { exists: false } }\nmatching: { a: { content: 1, matches: 1 } }',
    );
    await bench.write('port.yaml', 'port: { "8080": { listening: true } }');
    await bench.write('made.yaml', 'file: { /made: { exists: true } }');

    const cases = [
      await gossSuite.run(gossSuiteSchema.parse('files.yaml'), ending),
      await gossSuite.run(gossSuiteSchema.parse('made.yaml'), ending),
      await gossSuite.run(gossSuiteSchema.parse({ files: 'made.yaml', start: 'always' }), ending),
      await gossSuite.run(gossSuiteSchema.parse('port.yaml'), ending),
    ].flat();

    expect(
      cases.map(
        ({ id, verdict, message }) =>
          `${id}: ${verdict}: ${message.replace(/after [\d.]+ s/u, 'soon')}`,
      ),
    ).toEqual([
      'files.yaml > file: /data/seed: exists: pass: Passed',
      'files.yaml > file: /data/seed: owner: fail: `owner` of /data/seed cannot be told: /etc/passwd has no name for 7',
      'files.yaml > file: /memory/a: exists: fail: `exists` of /memory/a cannot be told: /memory is in memory, and there only while the container runs',
      'files.yaml > matching: a: matches: pass: Passed',
      'made.yaml > file: /made: exists: fail: `exists` of /made is false, and should be true',
      'made.yaml > file: /made: exists: pass: Passed',
      'port.yaml > port: 8080: listening: fail: `listening` of 8080 cannot be told: the container ended with exit code 0 soon, while it was waited for a TCP socket on port 8080 on more than loopback',
    ]);
    expect(await containers()).toBe(0);
  });

  it('GOSS_NEEDS_BINARY: refuses what only goss can tell, and asks the goss that is given', async () => {
    const text =
      'dns:\n  localhost: { resolvable: true }\nmatching: { a: { content: 1, matches: 1 } }';
    await bench.write(
      'goss-linux',
      '#!/srv/busybox sh\necho "{\\"results\\": [{\\"property\\": \\"resolvable\\", \\"result\\": 0}]}"\n',
    );

    await expect(run(text)).rejects.toMatchObject({ code: 'GOSS_NEEDS_BINARY', exitCode: 2 });
    await expect(run(text)).rejects.toThrow(
      'goss.yaml:2:3: `dns: localhost` asks the name server of the container: only goss itself can tell.',
    );
    expect(await run(text, { binary: 'goss-linux' })).toEqual({
      'dns: localhost: resolvable': 'pass',
      'matching: a: matches': 'pass',
    });
  });
});

describe('its content key', () => {
  it('holds the files as they are after their templates, and the goss that is given', async () => {
    await bench.write(
      'key.yaml',
      'gossfile: { more.yaml: {} }\nmatching: { a: { content: "{{.Env.GREETING}}", matches: x } }',
    );
    await bench.write('more.yaml', 'matching: { b: { content: 1, matches: 1 } }');
    const settings = gossSuiteSchema.parse({ files: 'key.yaml', binary: 'more.yaml' });
    const other = { ...bench.context, containerEnv: { GREETING: 'other' } };

    const before = await gossSuite.inputs(settings, bench.context);
    const after = await gossSuite.inputs(settings, other);

    expect(Object.keys(before)).toEqual(['file:key.yaml', 'file:more.yaml', 'binary']);
    expect(after['file:key.yaml']).not.toBe(before['file:key.yaml']);
    expect(after['file:more.yaml']).toBe(before['file:more.yaml']);
    expect(await readFile(`${bench.context.projectFolder}/key.yaml`, 'utf8')).toContain('{{');
  });
});
