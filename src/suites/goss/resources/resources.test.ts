import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { LayerEntry } from '../../../engine/image-archive.ts';
import type { Socket } from '../../../engine/socket-table.ts';
import { verdictsInMemory, type GossBenchOptions } from '../testing/goss-bench.ts';
import type { RunEnd } from '../world.ts';
import type { Resource, ResourceKind } from '../resource-kind.ts';
import { resourceKinds } from './index.ts';

const hello = 'hello world\nError: none\n';
const sums = (name: string): string => createHash(name).update(hello).digest('hex');

/** No shell, no program: the records alone. */
const image: readonly LayerEntry[] = [
  {
    path: '/etc/passwd',
    contents:
      'root:x:0:0:root:/root:/bin/sh\n# none\nbroken\napp:x:1000:50:App:/home/app:/sbin/nologin\n',
  },
  { path: '/etc/group', contents: 'root:x:0:\nstaff:x:50:\nwheel:x:10:root,app\nbad:x:y:\n' },
  { path: '/app', isFolder: true, mode: 0o1777, uid: 1000, gid: 50 },
  { path: '/app/hello.txt', contents: hello, mode: 0o4640, uid: 1000, gid: 50 },
  { path: '/app/stranger', contents: '', uid: 4711, gid: 4712 },
  { path: '/app/link', linkTo: 'hello.txt' },
  { path: '/app/loop', linkTo: 'loop' },
  { path: '/app/empty', contents: '' },
  {
    path: '/var/lib/dpkg/status',
    contents: `Package: bash
Status: install ok installed
Architecture: amd64
Version: 5.2.15-2+b7

Package: gone
Status: deinstall ok config-files
Version: 1.0
`,
  },
  { path: '/var/lib/dpkg/status.d/tzdata', contents: 'Package: tzdata\nVersion: 2026a-0\n' },
  { path: '/var/lib/dpkg/status.d/tzdata.md5sums', contents: 'Package: no\nVersion: 1\n' },
];

function listening(table: string, address: string, port: number): Socket {
  const isIpv6 = table.endsWith('6');
  const protocol = table.startsWith('tcp') ? 'tcp' : 'udp';
  const isLoopback = address.startsWith('127.') || address === '::1';
  return { protocol, address, port, isIpv6, isLoopback };
}

const sockets: readonly Socket[] = [
  listening('tcp', '0.0.0.0', 80),
  listening('tcp', '127.0.0.1', 9000),
  listening('tcp6', '::', 8080),
  listening('udp', '0.0.0.0', 53),
];

function ranInShell(argv: readonly string[]): RunEnd {
  if (argv.join(' ') === '/app/slow') return { timeoutMs: 50 };
  return {
    exitCode: argv[0] === '/app/bad' ? 3 : 0,
    stdout: `${argv.join('|')}\n`,
    stderr: 'warned\n',
  };
}

const bench: Omit<GossBenchOptions, 'files'> = {
  image,
  service: {
    sockets: async () => sockets,
    processes: async () => ['nginx', 'a-program-with-'],
    run: async (argv) => ranInShell(argv),
  },
};

/** By type: a resource as it is written, and what becomes of each property. */
const cases: Readonly<
  Record<string, readonly (readonly [string, Readonly<Record<string, string>>])[]>
> = {
  file: [
    [
      `/app/hello.txt: { exists: true, mode: "4640", size: 24, owner: app, uid: 1000, group: staff, gid: 50, filetype: file, contents: [hello, '!/^FATAL/', '/^Error: \\w+$/'], md5: ${sums('md5')}, sha256: ${sums('sha256')}, sha512: ${sums('sha512')} }`,
      Object.fromEntries(
        [
          'exists',
          'mode',
          'owner',
          'uid',
          'group',
          'gid',
          'filetype',
          'contents',
          'size',
          'md5',
          'sha256',
          'sha512',
        ].map((name) => [name, 'pass']),
      ),
    ],
    [
      '/app/hello.txt: { exists: true, mode: "0644", owner: root, gid: {lt: 50}, filetype: symlink, contains: [bye, "!hello"], linked-to: x }',
      {
        exists: 'pass',
        mode: 'fail: `mode` of /app/hello.txt is "4640", and should be "0644"',
        owner: 'fail: `owner` of /app/hello.txt is "app", and should be "root"',
        gid: 'fail: `gid` of /app/hello.txt is 50, and should be less than 50',
        'linked-to': 'fail: `linked-to` of /app/hello.txt cannot be told: it is no link',
        filetype: 'fail: `filetype` of /app/hello.txt is "file", and should be "symlink"',
        contains:
          'fail: `contains` of /app/hello.txt has no line with "bye", and has the line "hello world", which "!hello" excludes',
      },
    ],
    [
      'a link: { path: /app/link, exists: true, filetype: symlink, linked-to: hello.txt, contents: [hello] }',
      { exists: 'pass', 'linked-to': 'pass', filetype: 'pass', contents: 'pass' },
    ],
    [
      '/app/: { exists: true, filetype: directory, mode: "1777", owner: app }',
      { exists: 'pass', mode: 'pass', owner: 'pass', filetype: 'pass' },
    ],
    [
      '/app/none: { exists: false, mode: "0644" }',
      { exists: 'pass', mode: 'skip: `exists` is false, so there is nothing else to look at.' },
    ],
    [
      '/app/none: { exists: true, mode: "0644", owner: root }',
      {
        exists: 'fail: `exists` of /app/none is false, and should be true',
        mode: 'skip: `exists` is not as it should be, so nothing else was looked at.',
        owner: 'skip: `exists` is not as it should be, so nothing else was looked at.',
      },
    ],
    [
      '/app/hello.txt: { exists: false }',
      { exists: 'fail: `exists` of /app/hello.txt is true, and should be false' },
    ],
    [
      '/app/stranger: { exists: true, owner: app, group: staff }',
      {
        exists: 'pass',
        owner: 'fail: `owner` of /app/stranger cannot be told: /etc/passwd has no name for 4711',
        group: 'fail: `group` of /app/stranger cannot be told: /etc/group has no name for 4712',
      },
    ],
    [
      '/app/loop/x: { exists: false }',
      {
        exists: 'fail: `exists` of /app/loop/x cannot be told: its links lead in circles',
      },
    ],
    [
      '/dev/null: { exists: false }',
      {
        exists:
          'fail: `exists` of /dev/null cannot be told: /dev is in memory, and there only while the container runs',
      },
    ],
    ['/devices: { exists: false }', { exists: 'pass' }],
    [
      '/app: { exists: true, contents: [x] }',
      {
        exists: 'pass',
        contents: 'fail: `contents` of /app cannot be read: /app is a folder and no file',
      },
    ],
    [
      '/app/empty: { exists: true, contents: "", size: {le: 0} }',
      { exists: 'pass', contents: 'pass', size: 'pass' },
    ],
    [
      '/app/empty: { exists: true, contents: [] }',
      {
        exists: 'pass',
        contents:
          'skip: An empty list asks for nothing. Write `""` to ask for an empty text, or remove the key.',
      },
    ],
    [
      '/app/empty: { exists: true, skip: true, mode: "0600" }',
      {
        exists: 'skip: `skip: true` is written for /app/empty.',
        mode: 'skip: `skip: true` is written for /app/empty.',
      },
    ],
  ],
  package: [
    ['bash: { installed: true, versions: [5.2.15-2+b7] }', { installed: 'pass', versions: 'pass' }],
    [
      'tz: { name: tzdata, installed: true, versions: { contain-element: { have-prefix: "2026" } } }',
      { installed: 'pass', versions: 'pass' },
    ],
    [
      'gone: { installed: true, versions: [1.0] }',
      {
        installed: 'fail: `installed` of gone is false, and should be true',
        versions: 'skip: `installed` is not as it should be, so nothing else was looked at.',
      },
    ],
    [
      'bash: { installed: true, versions: [5.1] }',
      {
        installed: 'pass',
        versions: 'fail: `versions` of bash is ["5.2.15-2+b7"], and lacks one that should be 5.1',
      },
    ],
  ],
  user: [
    [
      'app: { exists: true, uid: 1000, gid: 50, groups: [staff, wheel], home: /home/app, shell: /sbin/nologin }',
      { exists: 'pass', uid: 'pass', gid: 'pass', home: 'pass', groups: 'pass', shell: 'pass' },
    ],
    [
      'app: { exists: true, uid: 0, groups: { consist-of: [staff] } }',
      {
        exists: 'pass',
        uid: 'fail: `uid` of app is 1000, and should be 0',
        groups: 'fail: `groups` of app is ["staff","wheel"], and has ["wheel"] besides',
      },
    ],
    [
      'broken: { exists: true, uid: 1 }',
      {
        exists: 'fail: `exists` of broken is false, and should be true',
        uid: 'skip: `exists` is not as it should be, so nothing else was looked at.',
      },
    ],
  ],
  group: [
    ['staff: { exists: true, gid: 50 }', { exists: 'pass', gid: 'pass' }],
    ['bad: { exists: false }', { exists: 'pass' }],
    [
      'boss: { groupname: staff, exists: true, gid: "51" }',
      { exists: 'pass', gid: 'fail: `gid` of staff is 50, and should be "51"' },
    ],
  ],
  port: [
    ['tcp:80: { listening: true, ip: [0.0.0.0] }', { listening: 'pass', ip: 'pass' }],
    [
      '"9000": { listening: true, ip: { consist-of: [127.0.0.1] } }',
      { listening: 'pass', ip: 'pass' },
    ],
    ['tcp6:8080: { listening: true, ip: ["::"] }', { listening: 'pass', ip: 'pass' }],
    ['udp:53: { listening: true }', { listening: 'pass' }],
    ['tcp:81: { listening: false }', { listening: 'pass' }],
    [
      'tcp:8080: { listening: true, ip: [0.0.0.0] }',
      {
        listening: 'fail: `listening` of tcp:8080 is false, and should be true',
        ip: 'skip: `listening` is not as it should be, so nothing else was looked at.',
      },
    ],
  ],
  process: [
    ['nginx: { running: true }', { running: 'pass' }],
    ['cron: { running: false }', { running: 'pass' }],
    [
      'p: { comm: apache2, running: true }',
      { running: 'fail: `running` of apache2 is false, and should be true' },
    ],
  ],
  addr: [
    ['tcp://localhost:80: { reachable: true, timeout: 500 }', { reachable: 'pass' }],
    ['127.0.0.1:9000: { reachable: true }', { reachable: 'pass' }],
    [
      'a: { address: "tcp://[::1]:8080", reachable: false }',
      { reachable: 'fail: `reachable` of tcp://[::1]:8080 is true, and should be false' },
    ],
    ['udp://localhost:9: { reachable: true }', { reachable: 'pass' }],
    [
      'tcp://localhost:81: { reachable: true }',
      { reachable: 'fail: `reachable` of tcp://localhost:81 is false, and should be true' },
    ],
  ],
  command: [
    [
      "/app/run --name 'a b': { exit-status: 0, stdout: ['/app/run|--name|a b'], stderr: { have-prefix: warned } }",
      { 'exit-status': 'pass', stdout: 'pass', stderr: 'pass' },
    ],
    [
      'x: { exec: /app/bad, exit-status: 0, stdout: "", stderr: [] }',
      {
        'exit-status': 'fail: `exit-status` of /app/bad is 3, and should be 0',
        stdout: 'fail: `stdout` of /app/bad is "/app/bad\\n", and should be ""',
        stderr:
          'skip: An empty list asks for nothing. Write `""` to ask for an empty text, or remove the key.',
      },
    ],
    [
      'nothing-of-this-name: { exit-status: 127, stderr: [not found] }',
      { 'exit-status': 'pass', stderr: 'pass' },
    ],
    [
      '/app/run | wc: { exit-status: 0 }',
      {
        'exit-status':
          'fail: `exit-status` of /app/run | wc cannot be told: the image has no `sh`, and the command needs one',
      },
    ],
    [
      '/app/slow: { exit-status: 0, timeout: 50 }',
      {
        'exit-status':
          'fail: `exit-status` of /app/slow cannot be told: the command did not end within 50 ms',
      },
    ],
  ],
  matching: [
    ['a: { content: [foo, bar], matches: { contain-element: foo } }', { matches: 'pass' }],
    ['b: { content: "a\\nb\\n", as-reader: true, matches: [b, "!c"] }', { matches: 'pass' }],
    [
      'd: { content: [a, b], as-reader: true, matches: ["/^\\\\[a b\\\\]$/"] }',
      { matches: 'pass' },
    ],
    [
      'c: { content: a, matches: [a] }',
      {
        matches:
          'fail: `matches` of c is "a", which is no list, and should contain one that should be "a"',
      },
    ],
  ],
};

describe.each(Object.entries(cases))('%s', (type, rows) => {
  it.each(rows)('%s', async (written, verdicts) => {
    const found = await verdictsInMemory({
      ...bench,
      files: { 'goss.yaml': `${type}:\n  ${written}\n` },
    });

    const byProperty = Object.fromEntries(
      Object.entries(found).map(([id, verdict]) => [id.slice(id.lastIndexOf(': ') + 2), verdict]),
    );
    expect(byProperty).toEqual(verdicts);
  });
});

describe('by hand', () => {
  it.each([
    ['command', 'app --version', "docker run --rm --entrypoint sh app:test -c 'app --version'"],
    ['command', "/app/run 'a b'", "docker run --rm --entrypoint /app/run app:test 'a b'"],
    ['command', '/app/run | wc', "docker run --rm --entrypoint sh app:test -c '/app/run | wc'"],
  ])('a %s is shown by docker: %s', (...[type, name, command]) => {
    const kind = resourceKinds.find((each) => each.type === type);

    expect(kind?.byHand?.({ ...resourceOf(kind), name }, 'app:test')).toBe(command);
  });
});

function resourceOf(kind: ResourceKind): Resource {
  const file = 'goss.yaml';
  return {
    kind,
    id: 'tcp://localhost:1',
    name: 'tcp://localhost:1',
    file,
    attributes: {},
    asked: [],
    isSkipped: false,
    retries: 0,
    retryDelayMs: 0,
    diagnose: (problem) => ({ file, ...problem }),
  };
}

describe('the table of resources', () => {
  /** Asked over a connection: `http.test.ts`. */
  const elsewhere = new Set(['http']);

  it('has a case that passes and one that fails for each that is told from outside', () => {
    for (const kind of resourceKinds.filter(({ type }) => !elsewhere.has(type))) {
      if (typeof kind.needs(resourceOf(kind)) === 'object') continue;
      const verdicts = (cases[kind.type] ?? []).flatMap(([, each]) => Object.values(each));
      expect(verdicts, kind.type).toContain('pass');
      expect(
        verdicts.some((verdict) => verdict.startsWith('fail: ')),
        kind.type,
      ).toBe(true);
    }
  });
});
