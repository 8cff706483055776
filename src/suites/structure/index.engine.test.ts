import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filtersOf, IMAGE_LABEL } from '../../engine/labels.ts';
import { structureSuiteSchema } from '../../config/suite-schema.ts';
import type { Case } from '../../kernel/verdict.ts';
import { openSuiteBench, type SuiteBench } from '../testing/suite-bench.ts';
import { structureSuite } from './index.ts';

let bench: SuiteBench;
/** By `file > title`. */
const strict = new Map<string, Case>();
let compat: readonly Case[] = [];

const files: Readonly<Record<string, string>> = {
  'test/files.yaml': `
schemaVersion: '2.0.0'
fileContentTests:
- { name: two at once, path: /etc/passwd, expectedContents: ['root:x:0:0'] }
- { name: through a link, path: /etc/link, expectedContents: ['(?m)^first$'] }
- { name: in a volume, path: /data/seed, expectedContents: [seed] }
- { name: absent, path: /etc/absent }
- { name: a folder, path: /etc }
fileExistenceTests:
- { name: top, path: /, uid: 0, gid: 0 }
- { name: owner of a file, path: /app/run, uid: 1000, gid: 50, isExecutableBy: owner, permissions: -rwxr-xr-x }
- { name: owner of a folder, path: /app/, uid: 1000, permissions: drwxr-xr-x }
- { name: owner of a link, path: /etc/link, uid: 7, permissions: Lrwxrwxrwx }
- { name: owner in a volume, path: /data/seed, uid: 8 }
- { name: sticky, path: /tmp, permissions: dtrwxrwxrwx }
- { name: made by the engine, path: /etc/hosts }
- { name: absent, path: /app/none, shouldExist: false }
- { name: below a file, path: /app/run/x, shouldExist: false }
- { name: in circles, path: /etc/loop/x, shouldExist: false }
metadataTest: { user: '1000', workdir: /app, cmd: [/app/run], entrypoint: [], volumes: [/data] }
licenseTests: [{ debian: true }]
`,
  'test/commands.yaml': `
schemaVersion: '2.0.0'
globalEnvVars: [{ key: GREETING, value: "hello from $HOME" }]
commandTests:
- name: streams, code and environment
  command: sh
  args: [-c, "echo \${GREETING}, $SHIP; pwd; id -u; echo bad >&2; exit 3"]
  envVars: [{ key: UNUSED, value: x }]
  expectedOutput: ["(?m)^hello from /home, ship$", "(?m)^/app$", "(?m)^1000$"]
  excludedOutput: [bad]
  expectedError: ['^bad\\n$']
  exitCode: 3
- { name: once, command: cat, args: [/proc/sys/kernel/random/uuid], expectedOutput: [never] }
- { name: once more, command: cat, args: [/proc/sys/kernel/random/uuid], expectedOutput: [never] }
- { name: no program, command: no-such-program }
- name: set up
  setup: [[sh, -c, 'echo made > /tmp/made'], [sh, -c, 'echo $OWN >> /tmp/made']]
  envVars: [{ key: OWN, value: own }]
  command: cat
  args: [/tmp/made]
  expectedOutput: ['^made\\nown\\n$']
`,
  'test/traps.yaml': `
schemaVersion: '2.0.0'
commandTests:
- { name: failing setup, setup: [[sh, -c, exit 4]], command: 'true' }
- { name: lost volume, setup: [[sh, -c, 'echo x > /data/x']], command: test, args: [-e, /data/x], exitCode: 1 }
`,
  'compat/traps.yaml': `
schemaVersion: '2.0.0'
commandTests:
- name: failed, and lost
  setup: [[sh, -c, 'echo x > /data/x; echo x > /tmp/x; exit 4']]
  command: sh
  args: [-c, test -e /tmp/x && test ! -e /data/x]
`,
  'test/options.yaml': `
schemaVersion: '2.0.0'
commandTests:
- name: options
  command: sh
  args: [-c, "id -u; env; cat /bound/file; grep CapEff /proc/self/status; test -t 1 && echo terminal"]
  expectedOutput: ["(?m)^0\\r$", "(?m)^FOO=keepitsecret!\\r$", "(?m)^FROM_FILE=yes\\r$", bound, 00000000a82425fb, terminal]
fileContentTests:
- { name: a bind, path: /bound/file, expectedContents: [bound] }
containerRunOptions:
  user: root
  allocateTty: true
  envVars: [FOO]
  envFile: test/envfile
  capabilities: [sys_admin]
`,
};

beforeAll(async () => {
  bench = await openSuiteBench({
    env: { FOO: 'keepitsecret!' },
    image: {
      files: {
        '/app': { isFolder: true, uid: 1000, gid: 50 },
        '/app/run': { contents: '#!/bin/sh\n', mode: 0o755, uid: 1000, gid: 50 },
        '/etc/text': 'first\nlast\n',
        '/etc/link': { linkTo: 'text', uid: 7 },
        '/etc/loop': { linkTo: 'loop' },
        '/data': { isFolder: true, mode: 0o777 },
        '/data/seed': { contents: 'seed\n', uid: 8 },
        '/usr/share/doc/pkg': { isFolder: true },
        '/usr/share/doc/pkg/copyright': 'MIT\n',
      },
      env: { HOME: '/home', SHIP: 'ship' },
      user: '1000',
      workingDir: '/app',
      command: ['/app/run'],
      volumes: ['/data'],
    },
  });
  const { projectFolder } = bench.context;
  await mkdir(join(projectFolder, 'bound'));
  await bench.write('bound/file', 'bound\n');
  await bench.write('test/envfile', 'FROM_FILE=yes\n');
  for (const [name, text] of Object.entries(files)) await bench.write(name, text);
  const bind = `  bindMounts: ['${projectFolder}/bound:/bound:ro']\n`;
  await bench.write('test/options.yaml', `${files['test/options.yaml'] ?? ''}${bind}`);
  const { context } = bench;
  for (const each of await structureSuite.run(settings('test/*.yaml'), context)) {
    strict.set(each.id.replace(/^test\//u, ''), each);
  }
  compat = await structureSuite.run(settings('compat/*.yaml', true), context);
});

afterAll(async () => {
  await bench[Symbol.asyncDispose]();
});

function settings(
  patterns: string | string[],
  isCompat = false,
): ReturnType<typeof structureSuiteSchema.parse> {
  return structureSuiteSchema.parse({ files: patterns, compat: isCompat, timeout: '20s' });
}

function verdictsOf(file: string): readonly string[] {
  return [...strict]
    .filter(([id]) => id.startsWith(`${file}.yaml > `))
    .map(([id, { verdict, message }]) => {
      const name = id.replace(/^.*? > /u, '');
      return verdict === 'pass' ? `${name}: pass` : `${name}: ${verdict}: ${message}`;
    });
}

describe('on a real engine', () => {
  it('reads files, owners and modes of a container that is never started', () => {
    expect(verdictsOf('files')).toMatchInlineSnapshot(`
      [
        "File Content Test: two at once: pass",
        "File Content Test: through a link: pass",
        "File Content Test: in a volume: pass",
        "File Content Test: absent: fail: /etc/absent cannot be read: there is no /etc/absent",
        "File Content Test: a folder: fail: /etc cannot be read: /etc is a folder and no file",
        "File Existence Test: top: pass",
        "File Existence Test: owner of a file: pass",
        "File Existence Test: owner of a folder: pass",
        "File Existence Test: owner of a link: pass",
        "File Existence Test: owner in a volume: pass",
        "File Existence Test: sticky: pass",
        "File Existence Test: made by the engine: pass",
        "File Existence Test: absent: pass",
        "File Existence Test: below a file: pass",
        "File Existence Test: in circles: fail: /etc/loop/x cannot be found: its links lead in circles",
        "License Test: pass",
        "Metadata Test: pass",
      ]
    `);
  });

  it('runs commands with the environment, user and folder of the image', () => {
    const id = 'commands.yaml > Command Test: streams, code and environment';

    expect(strict.get(id)).toMatchObject({ verdict: 'pass' });
  });

  it('runs once what two tests ask for alike', () => {
    const uuids = ['once', 'once more'].map((name) => {
      const { evidence = '' } = strict.get(`commands.yaml > Command Test: ${name}`) ?? {};
      return /[0-9a-f-]{36}/u.exec(evidence)?.[0];
    });

    expect(uuids[0]).toBeDefined();
    expect(uuids[1]).toBe(uuids[0]);
  });

  it('tells a program that is not there', () => {
    expect(strict.get('commands.yaml > Command Test: no program')).toMatchObject({
      verdict: 'fail',
      message:
        '`no-such-program` could not be started: exec: "no-such-program": executable file not found in $PATH',
    });
  });

  it('sets up step by step, each on what the last one left', () => {
    expect(strict.get('commands.yaml > Command Test: set up')).toMatchObject({ verdict: 'pass' });
  });

  it('fails for a setup that failed or wrote into a volume; with compat it does not', () => {
    expect(verdictsOf('traps')).toEqual([
      "Command Test: failing setup: fail: Command 1 of the setup, `sh -c 'exit 4'`, ended with exit code 4",
      "Command Test: lost volume: fail: Command 1 of the setup, `sh -c 'echo x > /data/x'`, wrote /data/x, below a VOLUME of the image, which is lost",
    ]);
    expect(compat).toMatchObject([
      { id: 'compat/traps.yaml > Command Test: failed, and lost', verdict: 'pass' },
    ]);
  });

  it('gives a container what containerRunOptions say, also one for reading files', () => {
    expect(verdictsOf('options')).toEqual([
      'Command Test: options: pass',
      'File Content Test: a bind: pass',
    ]);
  });

  it('leaves no container and no image of a setup, before the scope is closed', async () => {
    const { engine, labels } = bench.scope;

    const objects = await engine.objects.list(filtersOf(labels));
    const images = await engine.images.list([...filtersOf(labels), IMAGE_LABEL]);

    expect(objects.filter(({ kind }) => kind === 'container' || kind === 'image')).toEqual([]);
    expect(images).toEqual([]);
    await expect(engine.images.inspect(bench.context.image.record.id)).resolves.toBeDefined();
  });

  it('ends a command that does not end, and is lost when the run is cancelled', async () => {
    await bench.write(
      'slow/x.yaml',
      'schemaVersion: 2.0.0\ncommandTests: [{ name: n, command: sh, args: [-c, "echo begun; sleep 60"] }]\n',
    );
    const late = { ...settings('slow/*.yaml'), timeout: 300 };
    const stop = new AbortController();

    const [timedOut] = await structureSuite.run(late, bench.context);
    const cancelling = structureSuite.run(settings('slow/*.yaml'), {
      ...bench.context,
      signal: stop.signal,
    });
    stop.abort();

    expect(timedOut).toMatchObject({
      verdict: 'fail',
      message: "`sh -c 'echo begun; sleep 60'` did not end within 0.3 s",
    });
    await expect(cancelling).resolves.toMatchObject([{ verdict: 'lost' }]);
  });
});

describe('its content key', () => {
  it('holds the files, the env file, and variables by digest', async () => {
    const inputs = await structureSuite.inputs(settings('test/*.yaml'), bench.context);

    expect(Object.keys(inputs).sort()).toEqual([
      'env:FOO',
      'file:test/commands.yaml',
      'file:test/envfile',
      'file:test/files.yaml',
      'file:test/options.yaml',
      'file:test/traps.yaml',
    ]);
    expect(JSON.stringify(inputs)).not.toContain('keepit');
    expect(await readFile(join(bench.context.projectFolder, 'test/envfile'), 'utf8')).toBeTruthy();
  });

  it('STRUCTURE_INVALID: is not made of a file that says what cannot be meant', async () => {
    const name = `broken/${randomUUID()}.yaml`;
    await bench.write(name, 'schemaVersion: 2.0.0\ncommandTest: []\n');

    const making = structureSuite.inputs(settings(name), bench.context);

    await expect(making).rejects.toMatchObject({ code: 'STRUCTURE_INVALID', exitCode: 2 });
    await expect(making).rejects.toThrow('Did you mean `commandTests`?');
  });
});
