import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { messageOf } from '../kernel/errors.ts';
import { ConfigError } from './errors.ts';
import { renderDiagnostics } from './diagnostics.ts';
import { loadConfig } from './load-config.ts';
import { parseYamlSource } from './yaml-source.ts';

const checkIds = ['starts', 'ports-listen', 'stops', 'volumes-persist'];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-test-config-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** The whole message as a person sees it, with the code in front. */
async function complaint(text: string): Promise<string> {
  await writeFile(join(folder, 'seatrial.yaml'), text);
  const error: unknown = await loadConfig({ folder, env: {}, checkIds }).catch(
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigError)) throw new Error(`no ConfigError: ${messageOf(error)}`);
  return `${error.code}: ${error.message}`;
}

test('a duplicate key', async () => {
  expect(await complaint('images:\n  app: {}\n  web: {}\n  app: { target: x }\n'))
    .toMatchInlineSnapshot(`
    "CONFIG_SYNTAX: 1 problem in seatrial.yaml

    seatrial.yaml:4:3: The key \`app\` is here a second time, first in line 2, column 3.
      4 |   app: { target: x }
        |   ^^^
      Join the two, or rename one."
  `);
});

test('a tab', async () => {
  expect(await complaint('images:\n\tapp: {}\n')).toMatchInlineSnapshot(`
    "CONFIG_SYNTAX: 1 problem in seatrial.yaml

    seatrial.yaml:2:1: A tab is used for indentation.
      2 |  app: {}
        | ^
      Use spaces."
  `);
});

test('a tab behind spaces', async () => {
  expect(await complaint('images:\n  app:\n  \ttarget: x\n')).toMatchInlineSnapshot(`
    "CONFIG_SYNTAX: 1 problem in seatrial.yaml

    seatrial.yaml:3:3: A tab is used for indentation.
      3 |    target: x
        |   ^
      Use spaces."
  `);
});

test('an alias bomb', async () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (const [name, before] of ['ba', 'cb', 'dc', 'ed', 'fe']) {
    bomb.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(', ')}]`);
  }

  expect(await complaint(bomb.join('\n'))).toMatchInlineSnapshot(`
    "CONFIG_SYNTAX: 1 problem in seatrial.yaml

    seatrial.yaml: The aliases (\`*name\`) of this file stand for far more than it holds."
  `);
});

test('an anchor that holds itself', async () => {
  expect(await complaint('images: &a\n  app: *a\n')).toMatchInlineSnapshot(`
    "CONFIG_SYNTAX: 1 problem in seatrial.yaml

    seatrial.yaml:2:8: The anchor \`&a\` holds itself.
      2 |   app: *a
        |        ^^"
  `);
});

test('an alias without anchor', async () => {
  expect(await complaint('images:\n  a: &comon {}\n  b: *common\n')).toMatchInlineSnapshot(`
    "CONFIG_SYNTAX: 1 problem in seatrial.yaml

    seatrial.yaml:3:6: No anchor \`&common\` stands before this alias.
      3 |   b: *common
        |      ^^^^^^^
      Did you mean \`comon\`?"
  `);
});

test('two documents', async () => {
  expect(await complaint('images: { app: {} }\n---\nimages: {}\n')).toMatchInlineSnapshot(`
    "CONFIG_SYNTAX: 1 problem in seatrial.yaml

    seatrial.yaml:2:1: A second document begins here; a configuration is one document.
      2 | ---
        | ^
      Remove the \`---\` line."
  `);
});

test('an empty file', async () => {
  expect(await complaint('# nothing yet\n')).toMatchInlineSnapshot(`
    "CONFIG_SYNTAX: 1 problem in seatrial.yaml

    seatrial.yaml: The file is empty.
      Start with \`images:\`."
  `);
});

test('an open bracket', async () => {
  expect(await complaint('images:\n  app:\n    platforms: [linux/amd64\n')).toMatchInlineSnapshot(`
    "CONFIG_SYNTAX: 1 problem in seatrial.yaml

    seatrial.yaml:4:1: Flow sequence in block collection must be sufficiently indented and end with a ].
      4 | 
        | ^"
  `);
});

test('brackets nested too deeply', async () => {
  const message = await complaint('['.repeat(200_000));

  expect(message).toMatch(/^CONFIG_SYNTAX: 1 problem in seatrial\.yaml/u);
});

test('a value with a colon', async () => {
  expect(await complaint('images:\n  app:\n    ready: { log: Listening }\n    target: a: b\n'))
    .toMatchInlineSnapshot(`
    "CONFIG_SYNTAX: 1 problem in seatrial.yaml

    seatrial.yaml:4:13: Nested mappings are not allowed in compact mappings.
      4 |     target: a: b
        |             ^
      Put a value that holds \`: \` into quotes."
  `);
});

test('a tag that would make another type', async () => {
  expect(await complaint('images: !include other.yaml\n')).toMatchInlineSnapshot(`
    "CONFIG_SYNTAX: 1 problem in seatrial.yaml

    seatrial.yaml:1:9: Unresolved tag: !include.
      1 | images: !include other.yaml
        |         ^^^^^^^^"
  `);
});

test('YAML 1.1', async () => {
  expect(await complaint('%YAML 1.1\n---\nimages: { app: {} }\n')).toMatchInlineSnapshot(`
    "CONFIG_SYNTAX: 1 problem in seatrial.yaml

    seatrial.yaml:1:1: The file asks for YAML 1.1; this is YAML 1.2.
      1 | %YAML 1.1
        | ^
      Remove the \`%YAML\` line."
  `);
});

test('the key that objects cannot hold', async () => {
  expect(await complaint('images:\n  __proto__: {}\n  app: {}\n')).toMatchInlineSnapshot(`
    "CONFIG_SYNTAX: 1 problem in seatrial.yaml

    seatrial.yaml:2:3: The key \`__proto__\` is not allowed.
      2 |   __proto__: {}
        |   ^^^^^^^^^"
  `);
});

test('a key that is no text', async () => {
  expect(await complaint('images:\n  [a, b]: {}\n')).toMatchInlineSnapshot(`
    "CONFIG_SYNTAX: 1 problem in seatrial.yaml

    seatrial.yaml:2:3: A key must be plain text.
      2 |   [a, b]: {}
        |   ^"
  `);
});

test.each([
  ['after a bar, line by line', '- |\n\n    one\n      two $1\n', 'x:4:11'],
  ['in quotes', '- "one $1"\n', 'x:1:8'],
  ['without quotes', '- one $1\n', 'x:1:7'],
  ['folded, which has no such place', '- >\n    one\n    two $1\n', 'x:1:3'],
])('a place inside a text %s', (_, text, place) => {
  const source = parseYamlSource('x', text);
  const [value = ''] = z.array(z.string()).parse(source.value);
  const offset = value.indexOf('$1');

  const shown = renderDiagnostics([source.diagnose({ path: [0], offset, message: 'Here.' })]);

  expect(shown).toContain(`${place}: Here.`);
});

test('YAML 1.1 where a dialect asks for it, and what follows the first document passed over', () => {
  const text = '[yes, 010, 1.10]\n---\nno\n';
  const dialect = { version: '1.1', noun: 'thing', beginning: 'Begin.' } as const;

  const source = parseYamlSource('x', text, { ...dialect, hasMoreDocuments: true });

  expect(source.value).toEqual([true, 8, 1.1]);
  expect(source.writtenAt([2])).toBe('1.10');
  expect(() => parseYamlSource('x', text, dialect)).toThrow('a thing is one document.');
});
