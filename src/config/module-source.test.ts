import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { processEnvironment } from '../host/environment.ts';
import { runProcess } from '../host/process.ts';

/** One folder each, with one file; a second text replaces the first after it was loaded. */
const modules = {
  typed: {
    'seatrial.config.ts':
      'type Name = string;\nconst name: Name = "app";\nexport default { images: { [name]: { args: { V: 1.5 } } } };\n',
  },
  mts: { 'seatrial.config.mts': 'export default { images: { mts: {} } };' },
  mjs: { 'seatrial.config.mjs': 'export default Promise.resolve({ images: { mjs: {} } });' },
  js: { 'seatrial.config.js': 'export default { images: { js: {} } };' },
  withoutDefault: { 'seatrial.config.ts': 'export const config = {};' },
  throwing: { 'seatrial.config.ts': 'throw new Error("no network");' },
  wrong: {
    'seatrial.config.ts':
      'export default { images: { app: { ready: { port: "x" }, contxt: "." } } };',
  },
  broken: { 'seatrial.config.ts': 'export default {' },
  fromNetwork: {
    'seatrial.config.ts':
      "import more from 'https://config.example/seatrial.js';\nexport default more;\n",
  },
  unstrippable: { 'seatrial.config.ts': 'enum A { B }\nexport default {};' },
} as const;

let folder: string;
let results: Readonly<Record<string, string>>;

/** In a process of its own: here the test runner would transform the modules, and not Node. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-test-module-'));
  for (const [name, files] of Object.entries(modules)) {
    await mkdir(join(folder, name));
    for (const [file, text] of Object.entries(files))
      await writeFile(join(folder, name, file), text);
  }
  const loader = new URL('load-config.ts', import.meta.url).href;
  const source = `
    import { mkdir, utimes, writeFile } from 'node:fs/promises';
    import { loadConfig } from ${JSON.stringify(loader)};
    const top = ${JSON.stringify(folder)};
    const load = async (name) => {
      try {
        const { config } = await loadConfig({ folder: top + '/' + name, env: {}, checkIds: [] });
        return JSON.stringify(config.images);
      } catch (error) {
        return error.code + ': ' + error.message;
      }
    };
    const results = {};
    for (const name of ${JSON.stringify(Object.keys(modules))}) results[name] = await load(name);
    await mkdir(top + '/edited');
    const file = top + '/edited/seatrial.config.ts';
    for (const [name, time] of [['before', 1], ['after', 2]]) {
      await writeFile(file, 'export default { images: { ' + name + ': {} } };');
      await utimes(file, time, time);
      results[name] = await load('edited');
    }
    console.log(JSON.stringify(results));`;
  const { output } = await runProcess(process.execPath, ['--input-type=module', '-e', source], {
    env: processEnvironment(),
  });
  results = z
    .record(z.string(), z.string())
    .parse(JSON.parse(output.trim().split('\n').at(-1) ?? ''));
}, 60_000);

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test('a module is run with its types stripped', () => {
  expect(results['typed']).toContain('{"app":{"context":"."');
  expect(results['typed']).toContain('"args":{"V":"1.5"}');
});

test.each(['mts', 'mjs', 'js'])('a module may end in .%s', (ending) => {
  expect(results[ending]).toContain(`{"${ending}":{`);
});

test('a module is read again after a change', () => {
  expect(results['before']).toContain('{"before":');
  expect(results['after']).toContain('{"after":');
});

test('a module without a default export says so', () => {
  expect(results['withoutDefault']).toMatchInlineSnapshot(`
    "CONFIG_INVALID: 1 problem in seatrial.config.ts

    seatrial.config.ts: The module has no default export.
      Write \`export default defineConfig({ … })\`."
  `);
});

test('a module that throws says what', () => {
  expect(results['throwing']).toMatchInlineSnapshot(`
    "CONFIG_SYNTAX: 1 problem in seatrial.config.ts

    seatrial.config.ts: The module cannot be loaded: no network"
  `);
});

test('a module with errors in its values names the path of keys', () => {
  expect(results['wrong']).toMatchInlineSnapshot(`
    "CONFIG_INVALID: 2 problems in seatrial.config.ts

    seatrial.config.ts: \`images.app.ready.port\` must be a number, but is the text "x".

    seatrial.config.ts: \`images.app\` has no key \`contxt\`.
      Did you mean \`context\`?"
  `);
});

test('a module that is no JavaScript is CONFIG_SYNTAX with its name', () => {
  expect(results['broken']).toMatch(
    /^CONFIG_SYNTAX: 1 problem in seatrial\.config\.ts\n\nseatrial\.config\.ts: The module cannot be loaded: /u,
  );
});

test('a module that takes another from the network is refused, and nothing is fetched', () => {
  expect(results['fromNetwork']).toContain('CONFIG_SYNTAX');
  expect(results['fromNetwork']).toContain("protocol 'https:'");
});

test('a module that cannot be stripped is CONFIG_SYNTAX and says why', () => {
  expect(results['unstrippable']).toContain('CONFIG_SYNTAX');
  expect(results['unstrippable']).toContain('enum');
});
