import { describe, expect, it } from 'vitest';
import type { LayerEntry } from '../../engine/image-archive.ts';
import { judgeInMemory, verdictsInMemory } from './testing/structure-bench.ts';

const lower: readonly LayerEntry[] = [
  { path: '/app', isFolder: true, uid: 1000, gid: 1000 },
  { path: '/app/run', contents: '#!/bin/sh\n', mode: 0o755, uid: 1000, gid: 50 },
  { path: '/app/su', contents: 'x', mode: 0o4750 },
  { path: '/app/old', contents: 'x' },
  { path: '/app/sub/deep', contents: 'x' },
  { path: '/etc/log', contents: 'start\nERROR\nend\n' },
  { path: '/usr/bin/tool3', contents: 'three\n' },
  { path: '/usr/bin/tool', linkTo: 'tool3' },
  { path: '/usr/lib/release', contents: 'NAME=x\n' },
  { path: '/etc/release', linkTo: '../usr/lib/release' },
  { path: '/etc/dangling', linkTo: '/nowhere' },
  { path: '/etc/loop', linkTo: 'loop' },
  { path: '/etc/to-app', linkTo: '/app' },
];
const upper: readonly LayerEntry[] = [
  { path: '/app/.wh.old', contents: '' },
  { path: '/app/sub/.wh..wh..opq', contents: '' },
];

interface RunTimeCase {
  readonly what: string;
  /** One test, without name and kind. */
  readonly test: string;
  readonly kind?: 'fileContentTests';
  readonly strict: string;
  /** @default the same */
  readonly compat?: string;
}

const cases: readonly RunTimeCase[] = [
  { what: 'a file', test: 'path: /app/run', strict: 'pass' },
  { what: 'a folder', test: 'path: /app, permissions: drwxr-xr-x, uid: 1000', strict: 'pass' },
  { what: 'a file through a link', test: 'path: /etc/to-app/run, gid: 50', strict: 'pass' },
  { what: 'a path from the top without its slash', test: 'path: app/run', strict: 'pass' },
  {
    what: 'a link, which is not followed',
    test: 'path: /etc/dangling, permissions: Lrwxrwxrwx',
    strict: 'pass',
  },
  { what: 'setuid', test: 'path: /app/su, permissions: urwxr-x---', strict: 'pass' },
  {
    what: 'who may execute',
    test: 'path: /app/su, isExecutableBy: group',
    strict: 'pass',
  },
  {
    what: 'who may not',
    test: 'path: /app/su, isExecutableBy: other',
    strict: 'fail: /app/su is `urwxr-x---`, which others cannot execute',
  },
  {
    what: 'nobody who may execute',
    test: 'path: /etc/log, isExecutableBy: any',
    strict: 'fail: /etc/log is `-rw-r--r--`, which nobody can execute',
  },
  {
    what: 'another owner and group',
    test: 'path: /app/run, uid: 0, gid: 1',
    strict: 'fail: /app/run has the uid 1000, not 0, and 1 more of its demands were not met',
  },
  {
    what: 'what a later layer removed',
    test: 'path: /app/old, shouldExist: false',
    strict: 'pass',
  },
  {
    what: 'what lay below a folder that a later layer emptied',
    test: 'path: /app/sub/deep',
    strict: 'fail: There is no /app/sub/deep',
  },
  {
    what: 'what should not be there',
    test: 'path: /app/run, shouldExist: false',
    strict: 'fail: /app/run is there, and should not be',
  },
  {
    what: 'the absence of what nobody can find',
    test: 'path: /etc/loop/x, shouldExist: false',
    strict: 'fail: /etc/loop/x cannot be found: its links lead in circles',
    compat: 'pass',
  },
  {
    what: 'a link beside its file',
    kind: 'fileContentTests',
    test: 'path: /usr/bin/tool, expectedContents: [three]',
    strict: 'pass',
    compat: 'fail: /usr/bin/tool cannot be read: there is no /tool3',
  },
  {
    what: 'a link that happens to lead there from the top as well',
    kind: 'fileContentTests',
    test: 'path: /etc/release, expectedContents: [NAME=x]',
    strict: 'pass',
  },
  {
    what: 'a dangling link',
    kind: 'fileContentTests',
    test: 'path: /etc/dangling',
    strict: 'fail: /etc/dangling cannot be read: there is no /nowhere',
  },
  {
    what: 'a link to itself',
    kind: 'fileContentTests',
    test: 'path: /etc/loop',
    strict: 'fail: /etc/loop cannot be read: /etc/loop is a link that leads in circles',
    compat: 'fail: /etc/loop cannot be read: there is no /loop',
  },
  {
    what: 'a folder',
    kind: 'fileContentTests',
    test: 'path: /app',
    strict: 'fail: /app cannot be read: /app is a folder and no file',
  },
  {
    what: 'a line that is expected without (?m)',
    kind: 'fileContentTests',
    test: "path: /etc/log, expectedContents: ['^ERROR$']",
    strict: 'fail: /etc/log does not match `^ERROR$`',
  },
  {
    what: 'a line that is excluded without (?m)',
    kind: 'fileContentTests',
    test: "path: /etc/log, excludedContents: ['^ERROR$']",
    strict:
      'fail: /etc/log has a line that matches `^ERROR$`, which is excluded but never looks at single lines',
    compat: 'pass',
  },
  {
    what: 'an excluded line that is said to be the whole text',
    kind: 'fileContentTests',
    test: "path: /etc/log, excludedContents: ['(?-m)^ERROR$']",
    strict: 'pass',
  },
  {
    what: 'an excluded line with (?m)',
    kind: 'fileContentTests',
    test: "path: /etc/log, excludedContents: ['(?m)^ERROR$']",
    strict: 'fail: /etc/log matches `(?m)^ERROR$`, which is excluded',
  },
  {
    what: 'the flags, classes and escapes of RE2',
    kind: 'fileContentTests',
    test: String.raw`path: /etc/log, expectedContents: ['(?i)error', '(?s)start.*end', '(?P<w>\pL+)', '\Astart', '[[:upper:]]+', '\QERROR\E', 'end\n\z'], excludedContents: ['start.*end']`,
    strict: 'pass',
  },
];

describe('a test of files', () => {
  it.each(cases)('$what', async ({ test, kind = 'fileExistenceTests', strict, compat }) => {
    const files = { 'x.yaml': `schemaVersion: 2.0.0\n${kind}: [{ name: n, ${test} }]\n` };
    const verdictOf = async (isCompat: boolean): Promise<unknown> =>
      Object.values(await verdictsInMemory({ files, layers: [lower, upper], isCompat }))[0];

    expect(await verdictOf(false)).toBe(strict);
    expect(await verdictOf(true)).toBe(compat ?? strict);
  });

  it('says what to do, what was seen, and how to see it by hand', async () => {
    const files = {
      'x.yaml': `schemaVersion: 2.0.0
fileContentTests: [{ name: n, path: /etc/log, expectedContents: ['^end$', absent] }]
fileExistenceTests: [{ name: n, path: "/a b" }]
`,
    };

    const cases = await judgeInMemory({ files, layers: [lower] });

    expect(cases).toMatchObject([
      {
        message: '/etc/log does not match `^end$`, and 1 more of its demands were not met',
        evidence: '/etc/log does not match `absent`\nstart\nERROR\nend',
        fix: 'Put `(?m)` before the pattern: without it `^` and `$` are the ends of the whole text.',
        command:
          'id=$(docker create --entrypoint \'\' archive none); docker cp -L "$id":/etc/log - | tar -xO; docker rm -v "$id"',
      },
      {
        message: 'There is no /a b',
        command:
          'id=$(docker create --entrypoint \'\' archive none); docker cp "$id":\'/a b\' - | tar -tv; docker rm -v "$id"',
      },
    ]);
  });

  it('takes paths with variables of the image and of the file', async () => {
    const files = {
      'x.yaml': `schemaVersion: 2.0.0
globalEnvVars: [{ key: DIR, value: $HOME/sub/.. }]
fileExistenceTests: [{ name: n, path: "\${DIR}/run" }]
`,
    };
    const config = { Env: ['HOME=/app'] };

    const verdicts = await verdictsInMemory({ files, config, layers: [lower] });

    expect(verdicts).toEqual({ 'x.yaml > File Existence Test: n': 'pass' });
  });
});

async function licenseVerdict(
  entries: readonly LayerEntry[],
  isCompat = false,
  test = '{ debian: true }',
): Promise<unknown> {
  const files = { 'x.yaml': `schemaVersion: 2.0.0\nlicenseTests: [${test}]\n` };
  return Object.values(await verdictsInMemory({ files, layers: [entries], isCompat }))[0];
}

describe('a test of licences', () => {
  const doc = '/usr/share/doc';
  const packages: readonly LayerEntry[] = [
    { path: doc, isFolder: true },
    { path: `${doc}/a`, isFolder: true },
    { path: `${doc}/a/copyright`, contents: 'MIT' },
    { path: `${doc}/a/changelog`, contents: 'AGPL' },
    { path: `${doc}/libgnutls30`, isFolder: true },
    { path: `${doc}/libgnutls30/copyright`, contents: 'not the AGPL' },
    { path: `${doc}/linked`, linkTo: 'a' },
  ];

  it('passes with a copyright file in every folder, whose words are allowed', async () => {
    expect(await licenseVerdict(packages)).toBe('pass');
  });

  it('looks for the denied words in any case', async () => {
    const denied = { path: `${doc}/a/copyright`, contents: 'the wtfpl, 2' };

    expect(await licenseVerdict([...packages, denied])).toBe(
      'fail: The licence of a holds the word WTFPL',
    );
  });

  it('misses a copyright file', async () => {
    const bare = { path: `${doc}/bare`, isFolder: true };

    expect(await licenseVerdict([...packages, bare])).toBe(
      `fail: The licence of bare cannot be read: there is no ${doc}/bare/copyright`,
    );
  });

  it('follows a copyright file that is a link; the original only from the top', async () => {
    const linked: readonly LayerEntry[] = [
      { path: `${doc}/b`, isFolder: true },
      { path: `${doc}/b/copyright`, linkTo: '../a/copyright' },
    ];

    expect(await licenseVerdict([...packages, ...linked])).toBe('pass');
    expect(await licenseVerdict([...packages, ...linked], true)).toBe(
      'fail: The licence of b cannot be read: there is no /a/copyright',
    );
  });

  it('needs packages; the original is content with none', async () => {
    const empty: readonly LayerEntry[] = [{ path: doc, isFolder: true }];

    expect(await licenseVerdict(empty)).toBe(
      `fail: No package has a folder in ${doc}: nothing was tested`,
    );
    expect(await licenseVerdict(empty, true)).toBe('pass');
    expect(await licenseVerdict([], true)).toBe(`fail: There is no ${doc}`);
  });

  it('looks at the files that are named', async () => {
    const named = `{ files: [${doc}/a/changelog, /no] }`;

    expect(await licenseVerdict(packages, false, named)).toBe(
      `fail: The licence of ${doc}/a/changelog holds the word AGPL, and 1 more of its demands were not met`,
    );
  });
});
