import { describe, expect, it } from 'vitest';
import type { LayerEntry } from '../../engine/image-archive.ts';
import type { CommandEnd } from './command-end.ts';
import type { CommandPlan } from './plan-command.ts';
import { verdictsInMemory } from './testing/structure-bench.ts';

/**
 * The cases of container-structure-test's own suite that need no registry, in our own words: a distribution with a
 * package manager, of which some is as it should be and some is not.
 * @see https://github.com/GoogleContainerTools/container-structure-test/blob/v1.22.0/tests/structure_test_tests.sh
 */
const base: readonly LayerEntry[] = [
  { path: '/etc/pkg/sources', contents: 'mirror https://archive.harbour.example/main\n' },
  { path: '/etc/pkg/retry.conf', contents: 'Retries 3;\n' },
  { path: '/etc/passwd', contents: 'root:x:0:0:root:/root:/bin/sh\n' },
  { path: '/etc/hosts', contents: '' },
  { path: '/etc/machine-id', contents: '' },
  { path: '/bin/date', contents: 'date', mode: 0o755 },
  { path: '/usr/share/doc', isFolder: true },
  { path: '/usr/share/doc/keyring', isFolder: true },
  { path: '/usr/share/doc/keyring/copyright', contents: 'Everybody may use it.\n' },
  { path: '/usr/share/doc/shell', isFolder: true },
  { path: '/usr/share/doc/shell/copyright', contents: 'Everybody may use this too.\n' },
];

const PATH = '/usr/local/bin:/usr/bin:/bin';
const config = { Env: [`PATH=${PATH}`] };

function ended(stdout: string, stderr = '', exitCode = 0): CommandEnd {
  return { setup: [], command: { state: 'ended', exitCode, stdout, stderr } };
}

/** What the programs of the distribution print. */
function run({ argv, env }: CommandPlan): CommandEnd {
  const [program, ...args] = argv;
  if (program === 'sh') return ended(`${args[1]?.replace('echo ', '') ?? ''}\n`);
  if (program === 'printenv') {
    return ended(
      Object.entries(env)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
  }
  if (args[0] === 'help') return ended('pkg 2.0\nUsage: pkg [options] command\n');
  if (args[0] === 'dump') return ended('PKG::AutoRemove "true";\n');
  return ended('', `E: Invalid operation ${args[0] ?? ''}\n`, 100);
}

const good = `
schemaVersion: '2.0.0' # the newest
commandTests:
- name: 'help'
  command: 'pkg'
  args: ['help']
  excludedError: ['.*FAIL.*']
  expectedOutput: ['.*Usage.*']
- name: 'settings'
  command: 'pkg-config'
  args: ['dump']
  expectedOutput: ['PKG::AutoRemove']
- name: 'path'
  command: 'sh'
  args: ['-c', 'echo $PATH']
  expectedOutput: ['${PATH}']
fileContentTests:
- name: 'Sources'
  excludedContents: ['.*internal_mirror.*']
  expectedContents: ['.*archive\\.harbour\\.example.*']
  path: '/etc/pkg/sources'
- name: 'Passwd file'
  expectedContents: ['root:x:0:0:root:/root:/bin/sh']
  path: '/etc/passwd'
fileExistenceTests:
- name: 'Root'
  path: '/'
  shouldExist: true
  uid: 0
  gid: 0
- name: 'Date'
  path: '/bin/date'
  isExecutableBy: 'owner'
- name: 'Hosts File'
  path: '/etc/hosts'
  shouldExist: true
- name: 'Machine ID'
  path: '/etc/machine-id'
- name: 'Dummy File'
  path: '/etc/dummy'
  shouldExist: false
licenseTests:
- debian: false
  files:
    - "/usr/share/doc/keyring/copyright"
    - "/usr/share/doc/shell/copyright"
`;

const bad = `
schemaVersion: '1.0.0'
commandTests:
- name: 'bad command'
  command: ['pkg', 'sink']
  excludedError: ['.*FAIL.*']
  expectedError: ['.*Invalid operation sink.*']
  exitCode: 1
- name: 'settings'
  command: ['pkg-config', 'dump']
  expectedOutput: ['PKG::Pre-Install "";']
- name: 'path'
  command: ['sh', '-c', 'echo $PATH']
  expectedOutput: ['${PATH}']
fileContentTests:
- name: 'Sources'
  excludedContents: ['.*internal_mirror.*']
  expectedContents: ['.*other\\.harbour\\.example.*']
  path: '/etc/pkg/sources'
- name: 'Retries'
  expectedContents: ['Retries 4;']
  path: '/etc/pkg/retry.conf'
fileExistenceTests:
- name: 'Fake Dir'
  path: '/foo/bar'
  shouldExist: true
- name: 'Wrong permissions'
  path: '/etc/pkg/sources'
  permissions: '-rwxrwxrwx'
  shouldExist: true
licenseTests:
- debian: true
  files:
`;

const metadata = `
schemaVersion: '2.0.0'
metadataTest:
  envVars:
  - key: 'SOME_KEY'
    value: 'SOME_VAL'
  - key: 'EMPTY_VAR'
    value: ''
  - key: 'WITH_SIGNS'
    value: 'A\\:B=C'
  - key: 'REGEX_VAR'
    value: '[a-z]+-2\\.1\\.*'
    isRegex: true
  unboundEnvVars:
  - key: 'OTHER_KEY'
  labels:
  - key: 'harbour.commit'
    value: '0123456789abcdef'
  - key: 'harbour.title'
    value: 'my .+ label'
    isRegex: true
  - key: 'label-with-empty-val'
    value: ''
  unexposedPorts: ['80']
  unmountedVolumes: ['/root']
`;

const described = {
  Env: ['SOME_KEY=SOME_VAL', 'EMPTY_VAR=', 'WITH_SIGNS=A\\:B=C', 'REGEX_VAR=test-2.1.8'],
  Labels: {
    'harbour.commit': '0123456789abcdef',
    'harbour.title': 'my test label',
    'label-with-empty-val': '',
  },
};

const printsEnv = `
schemaVersion: '2.0.0'
commandTests:
- name: "environment"
  command: "printenv"
  expectedOutput: [".*(FOO|BAR)=keepit(secret|safe)!.*"]
containerRunOptions:
`;

const userFile = `
schemaVersion: '2.0.0'
commandTests:
- { name: root, setup: [[touch, /made]], command: id, args: [-u], expectedOutput: ['0'] }
containerRunOptions: { user: root }
`;

const optionsFile = `
schemaVersion: '2.0.0'
commandTests:
- { name: capsh, command: capsh, args: [--print], expectedOutput: [sys_admin] }
containerRunOptions:
  privileged: true
  capabilities: [sys_admin]
  bindMounts: ['/tmp/test:/tmp/test']
`;

describe.each([{ isCompat: false }, { isCompat: true }])(
  'the suite of container-structure-test, compat: $isCompat',
  ({ isCompat }) => {
    const common = { layers: [base], config, run, isCompat };

    it('passes what is as it should be', async () => {
      const verdicts = await verdictsInMemory({ ...common, files: { 'good.yaml': good } });

      expect(verdicts).toEqual({
        'good.yaml > Command Test: help': 'pass',
        'good.yaml > Command Test: settings': 'pass',
        'good.yaml > Command Test: path': 'pass',
        'good.yaml > File Content Test: Sources': 'pass',
        'good.yaml > File Content Test: Passwd file': 'pass',
        'good.yaml > File Existence Test: Root': 'pass',
        'good.yaml > File Existence Test: Date': 'pass',
        'good.yaml > File Existence Test: Hosts File': 'pass',
        'good.yaml > File Existence Test: Machine ID': 'pass',
        'good.yaml > File Existence Test: Dummy File': 'pass',
        'good.yaml > License Test': 'pass',
      });
    });

    it('fails what is not, in schema 1.0.0', async () => {
      const verdicts = await verdictsInMemory({ ...common, files: { 'bad.yml': bad } });

      expect(verdicts).toMatchInlineSnapshot(`
        {
          "bad.yml > Command Test: bad command": "fail: The exit code is 100, not 1",
          "bad.yml > Command Test: path": "pass",
          "bad.yml > Command Test: settings": "fail: The output does not match \`PKG::Pre-Install "";\`",
          "bad.yml > File Content Test: Retries": "fail: /etc/pkg/retry.conf does not match \`Retries 4;\`",
          "bad.yml > File Content Test: Sources": "fail: /etc/pkg/sources does not match \`.*other\\.harbour\\.example.*\`",
          "bad.yml > File Existence Test: Fake Dir": "fail: There is no /foo/bar",
          "bad.yml > File Existence Test: Wrong permissions": "fail: /etc/pkg/sources is \`-rw-r--r--\`, not \`-rwxrwxrwx\`",
          "bad.yml > License Test": "pass",
        }
      `);
    });

    it('compares metadata', async () => {
      const verdicts = await verdictsInMemory({
        ...common,
        config: described,
        files: { 'metadata.yaml': metadata },
      });

      expect(verdicts).toEqual({ 'metadata.yaml > Metadata Test': 'pass' });
    });

    it('hands on variables of the environment', async () => {
      const verdicts = await verdictsInMemory({
        ...common,
        env: { FOO: 'keepitsecret!', BAR: 'keepitsafe!' },
        files: { 'env.yaml': `${printsEnv}  envVars:\n    - FOO\n    - BAR\n` },
      });

      expect(verdicts).toEqual({ 'env.yaml > Command Test: environment': 'pass' });
    });

    it('hands on an env file, relative to the project', async () => {
      const verdicts = await verdictsInMemory({
        ...common,
        files: {
          'tests/env.yaml': `${printsEnv}  envFile: tests/envfile\n`,
          'tests/envfile': 'FOO=keepitsecret!\nBAR=keepitsafe!',
        },
      });

      expect(verdicts).toEqual({ 'tests/env.yaml > Command Test: environment': 'pass' });
    });

    it('runs as another user than the image, setups too', async () => {
      const plans: CommandPlan[] = [];
      const verdicts = await verdictsInMemory({
        ...common,
        config: { ...config, User: '1001' },
        run: (plan) => {
          plans.push(plan);
          return { ...ended('0\n'), setup: [] };
        },
        files: { 'user.yaml': userFile },
      });

      expect(verdicts).toEqual({ 'user.yaml > Command Test: root': 'pass' });
      expect(plans).toMatchObject([{ user: 'root', setup: [['touch', '/made']] }]);
    });

    it('gives capabilities, privileges and folders of the machine', async () => {
      const plans: CommandPlan[] = [];
      const verdicts = await verdictsInMemory({
        ...common,
        run: (plan) => {
          plans.push(plan);
          return ended('sys_admin');
        },
        files: { 'options.yaml': optionsFile },
      });

      expect(verdicts).toEqual({ 'options.yaml > Command Test: capsh': 'pass' });
      expect(plans[0]?.host).toEqual({
        privileged: true,
        capabilities: ['sys_admin'],
        bindMounts: ['/tmp/test:/tmp/test'],
      });
    });

    it('fails the same metadata of an image that has none', async () => {
      const verdicts = await verdictsInMemory({ ...common, files: { 'metadata.yaml': metadata } });

      expect(verdicts).toMatchInlineSnapshot(`
        {
          "metadata.yaml > Metadata Test": "fail: The variable \`SOME_KEY\` is not set, and 6 more of its demands were not met",
        }
      `);
    });
  },
);
