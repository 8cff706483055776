import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { processEnvironment } from '../host/environment.ts';
import { runProcess } from '../host/process.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-test-config-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** In a process of its own: here the test runner would transform the module, and not Node. */
async function inNode(script: string): Promise<string> {
  const loader = new URL('load-config.ts', import.meta.url).href;
  const source = `
    import { writeFile } from 'node:fs/promises';
    import { loadConfig } from ${JSON.stringify(loader)};
    const folder = ${JSON.stringify(folder)};
    const load = async () => {
      try {
        const { config } = await loadConfig({ folder, env: {}, checkIds: [] });
        console.log(JSON.stringify(config.images));
      } catch (error) {
        console.log(error.code + ': ' + error.message);
      }
    };
    ${script}`;
  const result = await runProcess(process.execPath, ['--input-type=module', '-e', source], {
    env: processEnvironment(),
  });
  return result.output.replaceAll(folder, '<folder>').trim();
}

async function load(text: string, name = 'seatrial.config.ts'): Promise<string> {
  await writeFile(join(folder, name), text);
  return await inNode('await load();');
}

describe('seatrial.config.ts', () => {
  test('is run with its types stripped', async () => {
    const images = await load(
      'type Name = string;\nconst name: Name = "app";\nexport default { images: { [name]: { args: { V: 1.5 } } } };\n',
    );

    expect(images).toContain('{"app":{"context":"."');
    expect(images).toContain('"args":{"V":"1.5"}');
  });

  test.each(['seatrial.config.mts', 'seatrial.config.mjs', 'seatrial.config.js'])(
    'may be called %s',
    async (name) => {
      const images = await load('export default Promise.resolve({ images: { a: {} } });', name);

      expect(images).toContain('{"a":{');
    },
  );

  test('is read again after a change', async () => {
    const output = await inNode(`
      const file = folder + '/seatrial.config.ts';
      await writeFile(file, 'export default { images: { before: {} } };');
      await load();
      await new Promise((resolve) => setTimeout(resolve, 20));
      await writeFile(file, 'export default { images: { after: {} } };');
      await load();`);

    expect(output).toMatch(/\{"before":.*\n\{"after":/u);
  });

  test('without a default export says so', async () => {
    expect(await load('export const config = {};')).toMatchInlineSnapshot(`
      "CONFIG_INVALID: 1 problem in seatrial.config.ts

      seatrial.config.ts: The module has no default export.
        Write \`export default defineConfig({ … })\`."
    `);
  });

  test('that throws says what', async () => {
    expect(await load('throw new Error("no network");')).toMatchInlineSnapshot(`
      "CONFIG_SYNTAX: 1 problem in seatrial.config.ts

      seatrial.config.ts: The module cannot be loaded: no network"
    `);
  });

  test('with errors in its values names the path of keys', async () => {
    expect(await load('export default { images: { app: { ready: { port: "x" }, contxt: "." } } };'))
      .toMatchInlineSnapshot(`
      "CONFIG_INVALID: 2 problems in seatrial.config.ts

      seatrial.config.ts: \`images.app.ready.port\` must be a number, but is the text "x".

      seatrial.config.ts: \`images.app\` has no key \`contxt\`.
        Did you mean \`context\`?"
    `);
  });

  test('that is no JavaScript is CONFIG_SYNTAX with its name', async () => {
    expect(await load('export default {')).toMatch(
      /^CONFIG_SYNTAX: 1 problem in seatrial\.config\.ts\n\nseatrial\.config\.ts: The module cannot be loaded: /u,
    );
  });

  test('that cannot be stripped is CONFIG_SYNTAX and says why', async () => {
    const message = await load('enum A { B }\nexport default {};');

    expect(message).toContain('CONFIG_SYNTAX');
    expect(message).toContain('enum');
  });
});
