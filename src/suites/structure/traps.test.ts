import { describe, expect, it } from 'vitest';
import type { LayerEntry } from '../../engine/image-archive.ts';
import { messageOf } from '../../kernel/errors.ts';
import { SuiteError } from '../errors.ts';
import type { CommandEnd } from './command-end.ts';
import type { CommandPlan } from './plan-command.ts';
import { judgeInMemory, type StructureBenchOptions } from './testing/structure-bench.ts';

const layers: readonly (readonly LayerEntry[])[] = [
  [
    { path: '/app', isFolder: true },
    { path: '/app/run', contents: '#!/bin/sh\n', mode: 0o755 },
    { path: '/tmp', isFolder: true, mode: 0o1777 },
    { path: '/etc/release', contents: 'ERROR\nname\n' },
    { path: '/etc/link', linkTo: 'release' },
    { path: '/link', linkTo: 'etc/release' },
  ],
];
const config = { Env: ['PATH=/bin', 'HOME=/root'], ExposedPorts: { '53/udp': {} }, Volumes: {} };

/** Prints what it was started with, so that a test can ask for it. */
function echo({ argv, env }: CommandPlan): CommandEnd {
  const stdout = `${JSON.stringify(argv)}\n${JSON.stringify(env)}\n`;
  return { setup: [], command: { state: 'ended', exitCode: 0, stdout, stderr: '' } };
}

const common = { layers, config, run: echo };

/** All that a person is told instead of verdicts. */
async function refusal(options: Omit<StructureBenchOptions, 'isCompat'>): Promise<string> {
  const thrown: unknown = await judgeInMemory({ ...common, ...options }).catch(
    (error: unknown) => error,
  );
  if (thrown instanceof SuiteError) return `${thrown.code}: ${thrown.message}`;
  throw new Error(`not refused: ${messageOf(thrown)} ${JSON.stringify(thrown)}`);
}

async function compatVerdicts(options: StructureBenchOptions): Promise<readonly string[]> {
  const cases = await judgeInMemory({ ...common, ...options, isCompat: true });
  return cases.map(({ verdict, message, reason }) =>
    verdict === 'pass' ? 'pass' : `${verdict}: ${reason ?? message}`,
  );
}

interface TrapCase {
  readonly trap: string;
  /** Below `schemaVersion`. */
  readonly text: string;
  readonly version?: string;
  /** The line and column, the sentence, and the suggestion. */
  readonly strict: readonly string[];
  readonly compat: readonly string[];
}

const cases: readonly TrapCase[] = [
  {
    trap: 'a file without tests',
    text: 'metadataTest: {}',
    strict: ['1:1: The test file holds no test.'],
    compat: [],
  },
  {
    trap: '$1 in an argument',
    text: `commandTests: [{ name: n, command: awk, args: ['{print $1}'], expectedOutput: ['print }'] }]`,
    strict: [
      '2:56: `commandTests[0].args[0]` holds `$1`, which is replaced by nothing before the container starts: there is no such variable.',
      'To hand it on as it is, add `{ key: DOLLAR, value: $ }` to `globalEnvVars` and write `${DOLLAR}1`.',
    ],
    compat: ['pass'],
  },
  ...['$?', '$$', '$@', '$#', '$!', '$*', '$-', '$0', '${@}'].map((written): TrapCase => ({
    trap: `${written} in an argument`,
    text: `commandTests: [{ name: n, command: echo, args: ['<${written}>'], expectedOutput: ['"<>"'] }]`,
    strict: [`\`commandTests[0].args[0]\` holds \`${written}\`, which is replaced by nothing`],
    compat: ['pass'],
  })),
  {
    trap: 'a variable in the command itself',
    text: `commandTests: [{ name: n, command: /bin/$TOOL, expectedOutput: ['\\["/bin/"\\]'] }]`,
    strict: ['`commandTests[0].command` holds `$TOOL`, which is replaced by nothing'],
    compat: ['pass'],
  },
  {
    trap: 'a default value of the shell',
    text: `commandTests: [{ name: n, command: echo, args: ['\${HOME:-/x}'], expectedOutput: ['\\["echo",""\\]'] }]`,
    strict: [
      '2:49: `commandTests[0].args[0]` holds `${HOME:-/x}`, which is replaced by nothing',
      'write `${DOLLAR}{HOME:-/x}`.',
    ],
    compat: ['pass'],
  },
  {
    trap: 'a variable that the image does not set',
    text: `commandTests: [{ name: n, command: echo, args: [$HOME/$USER], expectedOutput: ['"/root/"'] }]`,
    strict: [
      '2:55: `commandTests[0].args[0]` holds `$USER`, which is replaced by nothing before the container starts: neither the image nor `globalEnvVars` set it.',
    ],
    compat: ['pass'],
  },
  {
    trap: 'a variable in the path of a file that should not exist',
    text: `fileExistenceTests: [{ name: n, path: $APP/run, shouldExist: false }]`,
    strict: ['2:39: `fileExistenceTests[0].path` holds `$APP`, which is replaced by nothing'],
    compat: ['pass'],
  },
  {
    trap: 'a variable in the path of a file that is read',
    text: `fileContentTests: [{ name: n, path: $HOME/x }]`,
    strict: [
      '2:37: `fileContentTests[0].path` holds `$HOME`, which is taken for a part of the name: in `fileContentTests` paths are not expanded.',
    ],
    compat: ['fail: $HOME/x cannot be read: there is no $HOME/x'],
  },
  {
    trap: 'a variable in the value of another',
    text: `
globalEnvVars: [{ key: A, value: a$NONE }]
commandTests: [{ name: n, command: env, expectedOutput: ['{"A":"a"}'] }]`,
    strict: ['3:35: `globalEnvVars[0].value` holds `$NONE`, which is replaced by nothing'],
    compat: ['pass'],
  },
  {
    trap: 'a variable in the variables of a test',
    text: `commandTests: [{ name: n, command: env, envVars: [{ key: P, value: $PATH }], expectedOutput: ['{"P":"\\$PATH"}'] }]`,
    strict: [
      '2:68: `commandTests[0].envVars[0].value` holds `$PATH`, which the command gets as these very characters',
      'Move it to `globalEnvVars`, whose values are.',
    ],
    compat: ['pass'],
  },
  {
    trap: 'variables of a test beside containerRunOptions',
    text: `
commandTests: [{ name: n, command: env, envVars: [{ key: P, value: p }], expectedOutput: ['^\\["env"\\]\\n{}'] }]
containerRunOptions: { user: root }`,
    strict: [
      '3:41: `commandTests[0].envVars` never reaches the command: container-structure-test drops it as soon as there are `containerRunOptions`.',
    ],
    compat: ['pass'],
  },
  {
    trap: 'a teardown',
    text: 'commandTests: [{ name: n, command: x, teardown: [[rm, /x]] }]',
    strict: ['2:39: `commandTests[0].teardown` is never run'],
    compat: ['pass'],
  },
  {
    trap: 'a variable without value',
    text: 'commandTests: [{ name: n, command: x, envVars: [{ key: A }] }]',
    strict: ['2:49: `commandTests[0]` has an environment variable without key or value.'],
    compat: ['fail: the test has an environment variable without key or value'],
  },
  {
    trap: 'a test without a name and a command, and an empty setup',
    text: 'commandTests: [{ setup: [[]] }]',
    strict: [
      '`commandTests[0]` has no `name`.',
      '`commandTests[0]` has no `command`.',
      '`commandTests[0]` has an empty command in `setup`.',
    ],
    compat: [
      'fail: the test has no `name`, the test has no `command`, the test has an empty command in `setup`',
    ],
  },
  {
    trap: 'the same in schema 1.0.0, which drops it',
    version: '1.0.0',
    text: 'commandTests: [{ name: n, command: [] }]',
    strict: ['`commandTests[0]` has no `command`.'],
    compat: ['skip: container-structure-test drops it: the test has no `command`.'],
  },
  {
    trap: 'globalEnvVars of schema 1.0.0 without a setup',
    version: '1.0.0',
    text: `
globalEnvVars: [{ key: A, value: a }]
commandTests: [{ name: n, command: [env], expectedOutput: ['^\\["env"\\]\\n{}'] }]`,
    strict: ['4:16: `commandTests[0]` does not get the `globalEnvVars`'],
    compat: ['pass'],
  },
  {
    trap: 'a path with a variable in schema 1.0.0',
    version: '1.0.0',
    text: `fileExistenceTests: [{ name: n, path: $HOME, shouldExist: false }]`,
    strict: [
      '2:39: `fileExistenceTests[0].path` holds `$HOME`, which is taken for a part of the name',
    ],
    compat: ['pass'],
  },
  {
    trap: 'an exit code that no program has',
    text: 'commandTests: [{ name: n, command: x, exitCode: 256 }]',
    strict: ['2:49: `commandTests[0].exitCode` is 256, which no program can end with.'],
    compat: ['fail: The exit code is 0, not 256'],
  },
  {
    trap: 'a number in the octal way',
    text: 'fileExistenceTests: [{ name: n, path: /app, uid: 010 }]',
    strict: [
      '2:50: `fileExistenceTests[0].uid` is `010`, which is the octal way to write 8.',
      'Write `8`.',
    ],
    compat: ['fail: /app has the uid 0, not 8'],
  },
  {
    trap: 'an expression that is none, expected and excluded',
    text: `commandTests: [{ name: n, command: x, expectedOutput: ['('], excludedOutput: ['x(?=y)'] }]`,
    strict: [
      '2:56: `commandTests[0].expectedOutput[0]` is no regular expression in RE2 syntax',
      '2:79: `commandTests[0].excludedOutput[0]` is no regular expression in RE2 syntax',
    ],
    compat: [
      'fail: `(` is no regular expression in RE2 syntax: error parsing regexp: missing closing ): `(`, and 1 more of its demands were not met',
    ],
  },
  {
    trap: 'permissions as ls writes them',
    text: 'fileExistenceTests: [{ name: n, path: /tmp, permissions: drwxrwxrwt }]',
    strict: [
      '2:58: `fileExistenceTests[0].permissions` is `drwxrwxrwt`, which is never found: container-structure-test compares what Go writes, not `ls -l`.',
      'Write `dtrwxrwxrwx`.',
    ],
    compat: ['fail: /tmp is `dtrwxrwxrwx`, not `drwxrwxrwt`'],
  },
  {
    trap: 'an executor that is nobody',
    text: 'fileExistenceTests: [{ name: n, path: /app/run, isExecutableBy: onwer }]',
    strict: [
      '`fileExistenceTests[0].isExecutableBy` is `onwer`, which is nobody.',
      'Did you mean `owner`?',
    ],
    compat: ['fail: /app/run is `-rwxr-xr-x`, which `onwer` cannot execute'],
  },
  {
    trap: 'demands on a file that should not exist',
    text: 'fileExistenceTests: [{ name: n, path: /no, shouldExist: false, permissions: -rw-r--r--, uid: 1 }]',
    strict: [
      '2:64: `fileExistenceTests[0].permissions` is never looked at, because `shouldExist` is false.',
      '2:89: `fileExistenceTests[0].uid` is never looked at',
    ],
    compat: ['pass'],
  },
  {
    trap: 'an empty shouldExist',
    text: 'fileExistenceTests: [{ name: n, path: /no, shouldExist: }]',
    strict: [
      '2:44: `fileExistenceTests[0].shouldExist` is empty, which container-structure-test takes for false.',
    ],
    compat: ['pass'],
  },
  {
    trap: 'a port with its protocol',
    text: `metadataTest: { exposedPorts: ['53'], unexposedPorts: [53/udp] }`,
    strict: [
      '2:56: `metadataTest.unexposedPorts[0]` is `53/udp`, which is never found: container-structure-test knows ports without protocol.',
      'Write `"53"`; it stands for tcp and udp.',
    ],
    compat: ['pass'],
  },
  {
    trap: 'an empty user and workdir',
    text: `metadataTest: { user: '', workdir: '', exposedPorts: ['53'] }`,
    strict: [
      '2:17: `metadataTest.user` is empty and tests nothing',
      '2:27: `metadataTest.workdir` is empty and tests nothing',
    ],
    compat: ['pass'],
  },
  {
    trap: 'an empty entrypoint',
    text: `metadataTest: { entrypoint: , exposedPorts: ['53'] }`,
    strict: [
      '2:17: `metadataTest.entrypoint` is empty and tests nothing.',
      'Write `[]` if there must be none',
    ],
    compat: ['pass'],
  },
  {
    trap: 'a value of a variable that must be absent',
    text: `metadataTest: { unboundEnvVars: [{ key: A, value: a }] }`,
    strict: ['2:34: `metadataTest.unboundEnvVars[0]` has a value, which is not looked at'],
    compat: ['pass'],
  },
  {
    trap: 'an empty port, and a label without key',
    text: `metadataTest: { exposedPorts: [''], labels: [{ value: x }] }`,
    strict: [
      '`metadataTest` has an empty entry in `exposedPorts`.',
      '`metadataTest` has an entry of `labels` without key.',
    ],
    compat: [
      'fail: the test has an entry of `labels` without key, the test has an empty entry in `exposedPorts`',
    ],
  },
  {
    trap: 'a licence test that looks at nothing',
    text: `licenseTests: [{ debian: false }]`,
    strict: ['2:16: `licenseTests[0]` tests nothing'],
    compat: ['pass'],
  },
  {
    trap: 'an env file that is not there',
    text: `
commandTests: [{ name: n, command: env, expectedOutput: ['{}'] }]
containerRunOptions: { envFile: no/file }`,
    strict: [
      '4:33: `containerRunOptions.envFile`: no/file cannot be read: ENOENT; container-structure-test would go on without it.',
    ],
    compat: ['pass'],
  },
  {
    trap: 'a variable of the environment that is not set',
    text: `
commandTests: [{ name: n, command: env }]
containerRunOptions: { envVars: [NOT_SET] }`,
    strict: [
      '4:34: `containerRunOptions.envVars[0]` names `NOT_SET`, which is not set where Seatrial runs.',
    ],
    compat: ['fail: The container could not be created: NOT_SET is not set where Seatrial runs'],
  },
  {
    trap: 'a bind that names a volume',
    text: `
commandTests: [{ name: n, command: x }]
containerRunOptions: { bindMounts: ['data:/data', '/a:/b:ro', './x:/x'] }`,
    strict: [
      '4:37: `containerRunOptions.bindMounts[0]` is `data:/data`, which names a volume',
      '4:63: `containerRunOptions.bindMounts[2]` is `./x:/x`, which no engine takes.',
    ],
    compat: ['pass'],
  },
  {
    trap: 'a second document',
    text: `
commandTests: [{ name: n, command: x }]
---
commandTests: [{ name: m, command: x }]`,
    strict: ['4:1: A second document begins here; a test file is one document.'],
    compat: ['pass'],
  },
];

describe('what is no trap, in both modes', () => {
  it.each([
    ['a port stands for both protocols', `metadataTest: { exposedPorts: ['53'] }`],
    [
      'a dollar that begins no variable',
      `commandTests: [{ name: n, command: echo, args: ['5$ $(date)'], expectedOutput: ['5\\$ \\$\\(date\\)'] }]`,
    ],
    ['an empty list must be empty', 'metadataTest: { entrypoint: [], cmd: [] }'],
    [
      'permissions as Go writes them',
      'fileExistenceTests: [{ name: n, path: /tmp, permissions: dtrwxrwxrwx }]',
    ],
  ])('%s', async (_, text) => {
    const files = { 'x.yaml': `schemaVersion: '2.0.0'\n${text}\n` };

    for (const isCompat of [false, true]) {
      const judged = await judgeInMemory({ ...common, files, isCompat });
      expect(judged.map(({ verdict, message }) => `${verdict}: ${message}`)).toEqual([
        'pass: Passed',
      ]);
    }
  });
});

describe('a variable of the image without =', () => {
  const broken = { ...config, Env: [...config.Env, 'BROKEN'] };
  const files = {
    'x.yaml': "schemaVersion: '2.0.0'\nmetadataTest: { envVars: [{ key: HOME, value: /root }] }\n",
  };

  it('has no value, and does no harm', async () => {
    const judged = await judgeInMemory({ ...common, config: broken, files, isCompat: false });

    expect(judged).toMatchObject([{ verdict: 'pass' }]);
  });

  it('ends the original, and fails with compat', async () => {
    expect(await compatVerdicts({ config: broken, files })).toEqual([
      'fail: `BROKEN` in the environment of the image has no `=`, which ends container-structure-test',
    ]);
  });
});

describe('an env file with an empty value', () => {
  const files = {
    'x.yaml': `schemaVersion: '2.0.0'
commandTests: [{ name: n, command: env, expectedOutput: ['{"A":"a"}'] }]
containerRunOptions: { envFile: vars }
`,
    vars: 'A=a\nB=\n',
  };

  it('is an error that explains itself', async () => {
    expect(await refusal({ files })).toMatch(/envFile.*`?B`?/su);
  });

  it('loses the variable with compat', async () => {
    expect(await compatVerdicts({ files })).toEqual(['pass']);
  });
});

describe('a trap of container-structure-test', () => {
  it.each(cases)('$trap: an error that explains itself', async ({ text, version, strict }) => {
    const file = `schemaVersion: '${version ?? '2.0.0'}'\n${text}\n`;

    const message = await refusal({ files: { 'x.yaml': file } });

    expect(message).toMatch(/^STRUCTURE_INVALID: \d+ problems? in x\.yaml\n/u);
    for (const part of strict) expect(message).toContain(part);
  });

  it.each(cases)('$trap: the same as there with compat', async ({ text, version, compat }) => {
    const file = `schemaVersion: '${version ?? '2.0.0'}'\n${text}\n`;

    expect(await compatVerdicts({ files: { 'x.yaml': file } })).toEqual(compat);
  });
});
