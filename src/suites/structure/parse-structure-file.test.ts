import { describe, expect, it } from 'vitest';
import { renderDiagnostics } from '../../config/diagnostics.ts';
import { parseStructureFile } from './parse-structure-file.ts';
import type { StructureFile } from './structure-file.ts';

function parsed(file: string, text: string, isCompat = false): StructureFile {
  const reading = parseStructureFile({ file, text, isCompat });
  if (reading.ok) return reading.parsed;
  throw new Error(renderDiagnostics(reading.diagnostics));
}

function complaint(file: string, text: string, isCompat = false): string {
  const reading = parseStructureFile({ file, text, isCompat });
  return reading.ok ? 'no complaint' : renderDiagnostics(reading.diagnostics);
}

const V2 = "schemaVersion: '2.0.0'\n";

describe('a YAML file', () => {
  it('has text where the fields are text, as written, whatever YAML takes it for', () => {
    const { commandTests, metadataTest } = parsed(
      'x.yml',
      `${V2}
commandTests: [{ name: 1.10, command: yes, args: [on, 010, ~, null, 2024-01-01, 0x1F, 1_000, ''] }]
metadataTest: { exposedPorts: [8080, 5432], user: 1001, labels: [{ key: 1, value: true }] }
`,
    );

    expect(commandTests[0]).toMatchObject({
      name: '1.10',
      argv: ['yes', 'on', '010', '~', 'null', '2024-01-01', '0x1F', '1_000', ''],
    });
    expect(metadataTest).toMatchObject({
      exposedPorts: ['8080', '5432'],
      user: '1001',
      labels: [{ key: '1', value: 'true' }],
    });
  });

  it('has the numbers and truth values of YAML 1.1', () => {
    const { fileExistenceTests } = parsed(
      'x.yaml',
      `${V2}
fileExistenceTests:
- { name: a, path: /a, shouldExist: no }
- { name: b, path: /b, shouldExist: On, uid: 0x10, gid: 010 }
- { name: c, path: /c }
- { name: d, path: /d, shouldExist: , uid: }
`,
    );

    expect(fileExistenceTests).toMatchObject([
      { shouldExist: false, uid: -1, gid: -1 },
      { shouldExist: true, uid: 16, gid: 8 },
      { shouldExist: true, uid: -1, gid: -1 },
      { shouldExist: false, uid: 0, gid: -1 },
    ]);
  });

  it('may be empty where a list or a map could be', () => {
    const file = parsed(
      'x.yaml',
      `${V2}commandTests:\nmetadataTest:\nlicenseTests: [{ debian: true, files: }]\ncontainerRunOptions:\n`,
    );

    expect(file.commandTests).toEqual([]);
    expect(file.metadataTest).toBeUndefined();
    expect(file.licenseTests).toEqual([{ debian: true, files: [] }]);
    expect(file.runOptions).toBeUndefined();
  });

  it('may use anchors and merge keys', () => {
    const file = parsed(
      'x.yaml',
      `${V2}
fileExistenceTests:
- &first { name: a, path: /a, uid: 7 }
- { <<: *first, name: b }
`,
    );

    expect(file.fileExistenceTests).toMatchObject([
      { name: 'a', uid: 7 },
      { name: 'b', path: '/a', uid: 7 },
    ]);
  });

  it('of schema 1.0.0 has commands as lists, and less', () => {
    const file = parsed(
      'x.yaml',
      'schemaVersion: 1.0.0\ncommandTests: [{ name: n, command: [a, b] }]\n',
    );

    expect(file).toMatchObject({ version: '1.0.0', commandTests: [{ argv: ['a', 'b'] }] });
  });

  it('without anything set in containerRunOptions has none', () => {
    const file = parsed('x.yaml', `${V2}containerRunOptions: { privileged: false, envVars: [] }\n`);

    expect(file.runOptions).toBeUndefined();
  });

  it('is told where it is wrong, and what was meant', () => {
    const text = `${V2}
commandTests:
- name: version
  comand: app
  expectedOutput: 'v1'
metadataTest:
- user: x
fileExistenceTests: [{ name: a, path: /a, uid: root }]
command: app
`;

    expect(complaint('x.yaml', text)).toMatchInlineSnapshot(`
      "x.yaml:5:3: \`commandTests[0]\` has no key \`comand\`.
        5 |   comand: app
          |   ^^^^^^
        Did you mean \`command\`?

      x.yaml:6:19: \`commandTests[0].expectedOutput\` must be a list, but is the text "v1".
        6 |   expectedOutput: 'v1'
          |                   ^^^^
        Write it as a list: \`[a, b]\`.

      x.yaml:8:1: \`metadataTest\` must be a map, but is a list.
        8 | - user: x
          | ^

      x.yaml:9:48: \`fileExistenceTests[0].uid\` must be a number, but is the text "root".
        9 | fileExistenceTests: [{ name: a, path: /a, uid: root }]
          |                                                ^^^^

      x.yaml:10:1: The test file has no key \`command\`.
        10 | command: app
           | ^^^^^^^
        It can have \`schemaVersion\`, \`globalEnvVars\`, \`fileContentTests\`, \`licenseTests\`, \`commandTests\`, \`fileExistenceTests\`, \`metadataTest\`, \`containerRunOptions\`."
    `);
  });

  it.each([
    ['', 'x.yaml: The file is empty.\n  Start with `schemaVersion: "2.0.0"`.'],
    ['commandTests: []', 'The test file needs the key `schemaVersion`.'],
    ['schemaVersion: 2.0.1', '`schemaVersion` must be `1.0.0` or `2.0.0`, but is `2.0.1`.'],
    ['schemaVersion: 2.0', 'but is `2.0`.'],
    [`${V2}metadataTest: {}\nmetadataTest: {}`, 'The key `metadataTest` is here a second time'],
    [`${V2}a: [`, 'x.yaml:2'],
    ["schemaVersion: '1.0.0'\nmetadataTest: {}", 'The test file has no key `metadataTest`.'],
  ])('is refused in both modes: %j', (text, part) => {
    expect(complaint('x.yaml', text)).toContain(part);
    expect(complaint('x.yaml', text, true)).toContain(part);
  });
});

describe('a JSON file', () => {
  const json = `{
\t"schemaVersion": "2.0.0",
\t"commandTests": [{ "Name": "n", "command": "x", "comment": "none" }],
\t"fileExistenceTests": [{ "name": "a", "path": "/a" }],
\t"containerRunOptions": { "allocateTty": true }
}`;

  it('is read as Go reads it with compat: names in any case, of Go; other defaults', () => {
    const file = parsed('x.json', json, true);

    expect(file).toMatchObject({
      format: 'json',
      commandTests: [{ name: 'n', argv: ['x'] }],
      fileExistenceTests: [{ shouldExist: false, uid: 0, gid: 0 }],
      runOptions: undefined,
    });
  });

  it('has the names of Go with compat, null for nothing, and the last of two keys', () => {
    const text = `{ "schemaversion": "2.0.0", "containerRunOptions": { "tty": true },
      "commandTests": [{ "name": "a", "NAME": "b", "command": null }] }`;

    expect(parsed('x.json', text, true)).toMatchObject({
      runOptions: { allocateTty: true },
      commandTests: [{ name: 'b', argv: [] }],
    });
  });

  it('has the names of the documentation, and no others', () => {
    expect(complaint('x.json', json)).toMatchInlineSnapshot(`
      "x.json:3:21: \`commandTests[0]\` has no key \`Name\`.
        3 |  "commandTests": [{ "Name": "n", "command": "x", "comment": "none" }],
          |                     ^^^^^^
        Did you mean \`name\`?

      x.json:3:50: \`commandTests[0]\` has no key \`comment\`.
        3 |  "commandTests": [{ "Name": "n", "command": "x", "comment": "none" }],
          |                                                  ^^^^^^^^^
        Did you mean \`command\`?"
    `);
  });

  it('may have allocateTty, which the original does not see', () => {
    const text = '{ "schemaVersion": "2.0.0", "containerRunOptions": { "allocateTty": true } }';

    expect(parsed('x.json', text).runOptions).toMatchObject({ allocateTty: true });
  });

  it('has no numbers where text belongs, in both modes', () => {
    const text = '{ "schemaVersion": "2.0.0",\n "metadataTest": { "exposedPorts": [8080] } }';

    expect(complaint('x.json', text)).toContain(
      'x.json:2:37: `metadataTest.exposedPorts[0]` must be text, but is `8080`.',
    );
    expect(complaint('x.json', text, true)).toContain('must be text, but is `8080`');
  });

  it.each([false, true])('is no YAML, compat: %s', (isCompat) => {
    expect(
      complaint('x.json', '{ "schemaVersion": "2.0.0",\n  commandTests: [] }', isCompat),
    ).toContain('x.json:2:3: The test file is no JSON:');
    expect(complaint('x.json', '{ "schemaVersion": "2.0.0", }', isCompat)).toContain('is no JSON');
  });

  it('has each key once', () => {
    const text = '{ "schemaVersion": "2.0.0", "metadataTest": {}, "metadataTest": {} }';

    expect(complaint('x.json', text)).toContain('The key `metadataTest` is here a second time');
  });
});

describe('a file of another kind', () => {
  it('is no test file', () => {
    expect(complaint('x.toml', '')).toBe(
      'x.toml: The test file is neither YAML nor JSON.\n  Give it one of the endings .yaml, .yml or .json.',
    );
  });
});
