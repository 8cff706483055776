import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { messageOf } from '../kernel/errors.ts';
import { ConfigError } from './errors.ts';
import { loadConfig, type LoadConfigOptions, type LoadedConfig } from './load-config.ts';

const checkIds = ['starts', 'ports-listen', 'stops', 'volumes-persist'];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-test-config-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function load(
  text: string,
  options: Partial<LoadConfigOptions> & { readonly name?: string } = {},
): Promise<LoadedConfig> {
  const { name = 'seatrial.yaml', ...rest } = options;
  await writeFile(join(folder, name), text);
  const loaded = await loadConfig({ folder, env: {}, checkIds, ...rest });
  if (loaded === undefined) throw new Error('nothing was loaded');
  return loaded;
}

async function codeOf(action: Promise<unknown>): Promise<string> {
  const error: unknown = await action.catch((thrown: unknown) => thrown);
  return error instanceof ConfigError ? error.code : `no ConfigError: ${messageOf(error)}`;
}

describe('a configuration that is right', () => {
  test('gets its defaults, in milliseconds and bytes', async () => {
    const { config, file } = await load(`
images:
  app:
    ready: { http: GET 8080/health, timeout: 1m30s }
    run: { memory: 512m }
    suites: { script: test/*.sh }
`);

    expect(file).toBe(join(folder, 'seatrial.yaml'));
    expect(config.images['app']).toMatchObject({
      context: '.',
      dockerfile: 'Dockerfile',
      args: {},
      ready: { http: 'GET 8080/health', timeout: 90_000 },
      run: { memory: 536_870_912, stop_timeout: 10_000, env: {}, mounts: [] },
      suites: {
        behaviour: { skip: {}, may_write: [] },
        script: { files: ['test/*.sh'], timeout: 300_000 },
      },
      hooks: {},
    });
  });

  test('may be as short as one name', async () => {
    const { config } = await load('images: { app: {} }');

    expect(Object.keys(config.images)).toEqual(['app']);
  });

  test('keeps arguments and variables as they are written', async () => {
    const { config } = await load(`
images:
  app:
    args: { VERSION: 1.10, ENABLED: yes, ON: true, OCTAL: 0o17, EXPONENT: 1e3, HEX: 0x1F, QUOTED: "1.0" }
    run: { env: { PORT: 08080, RATIO: 1.50 } }
`);

    expect(config.images['app']?.args).toEqual({
      VERSION: '1.10',
      ENABLED: 'yes',
      ON: 'true',
      OCTAL: '0o17',
      EXPONENT: '1e3',
      HEX: '0x1F',
      QUOTED: '1.0',
    });
    expect(config.images['app']?.run.env).toEqual({ PORT: '08080', RATIO: '1.50' });
  });

  test('may have images called args and env', async () => {
    const { config } = await load(
      'images: { args: { ship: false }, env: { ready: { port: 80 } } }',
    );

    expect(config.images['args']?.ship).toBe(false);
    expect(config.images['env']?.ready?.port).toBe(80);
  });

  test.each(['extends: https://config.example/base.yaml', '!include https://x.example/y.yaml'])(
    'takes nothing from elsewhere: %s is refused',
    async (line) => {
      await expect(load(`${line}\nimages: { app: {} }`)).rejects.toThrow(ConfigError);
    },
  );

  test('is YAML 1.2: no, on and yes are text', async () => {
    const { config } = await load('images: { app: { labels: { a: no, b: on, c: yes } } }');

    expect(config.images['app']?.labels).toEqual({ a: 'no', b: 'on', c: 'yes' });
  });

  test('may use anchors and merges', async () => {
    const { config } = await load(`
images:
  a: &common
    ready: { port: 80 }
  b:
    <<: *common
    target: b
`);

    expect(config.images['b']).toMatchObject({ ready: { port: 80 }, target: 'b' });
  });

  test('may have a byte order mark and Windows line ends', async () => {
    const { config } = await load('\uFEFFimages:\r\n  app: {}\r\n');

    expect(Object.keys(config.images)).toEqual(['app']);
  });

  test('knows where each value and key stands', async () => {
    const loaded = await load('images:\n  app:\n    args:\n      A: { image: b }\n  b: {}\n');

    const path = ['images', 'app', 'args', 'A', 'image'];

    expect(loaded.positionOf(path)).toEqual({ line: 4, column: 19, length: 1 });
    expect(loaded.positionOf(path, 'key')).toEqual({ line: 4, column: 12, length: 5 });
    expect(loaded.positionOf(['images', 'app', 'target'])).toEqual({
      line: 2,
      column: 3,
      length: 3,
    });
  });

  test('is not needed: a folder without one gives nothing', async () => {
    expect(await loadConfig({ folder, env: {}, checkIds })).toBeUndefined();
  });

  test.each([
    [{}, 'ghcr.io/me'],
    [{ SEATRIAL_REGISTRY: '' }, 'ghcr.io/me'],
    [{ SEATRIAL_REGISTRY: 'localhost:5000' }, 'localhost:5000'],
  ])('takes its registry with the environment %j from there: %s', async (env, registry) => {
    const { config } = await load('registry: ghcr.io/me\nimages: { app: {} }', { env });

    expect(config.registry).toBe(registry);
  });

  test('reads no other variable of the environment', async () => {
    const { config } = await load('images: { app: { labels: { a: $HOME, b: "${HOME}" } } }', {
      env: { HOME: '/root' },
    });

    expect(config.images['app']?.labels).toEqual({ a: '$HOME', b: '${HOME}' });
  });
});

describe('the file itself', () => {
  test('two configurations in one folder are CONFIG_AMBIGUOUS', async () => {
    await writeFile(join(folder, 'seatrial.config.ts'), '');

    expect(await codeOf(load('images: { app: {} }'))).toBe('CONFIG_AMBIGUOUS');
  });

  test('one of two can be chosen', async () => {
    await writeFile(join(folder, 'other.yml'), 'images: { other: {} }');

    const { config } = await load('images: { app: {} }', { file: 'other.yml' });

    expect(Object.keys(config.images)).toEqual(['other']);
  });

  test('a chosen file that is not there is CONFIG_NOT_FOUND', async () => {
    expect(await codeOf(loadConfig({ folder, env: {}, checkIds, file: 'x.yaml' }))).toBe(
      'CONFIG_NOT_FOUND',
    );
  });

  test('a folder in its place is CONFIG_UNREADABLE', async () => {
    await mkdir(join(folder, 'seatrial.yaml'));

    expect(await codeOf(loadConfig({ folder, env: {}, checkIds }))).toBe('CONFIG_UNREADABLE');
  });

  test('a pipe in its place is CONFIG_UNREADABLE and does not hang', async () => {
    await promisify(execFile)('mkfifo', [join(folder, 'seatrial.yaml')]);

    expect(await codeOf(loadConfig({ folder, env: {}, checkIds }))).toBe('CONFIG_UNREADABLE');
  });

  test('a folder that is not there is CONFIG_UNREADABLE', async () => {
    const gone = join(folder, 'gone');

    expect(await codeOf(loadConfig({ folder: gone, env: {}, checkIds }))).toBe('CONFIG_UNREADABLE');
  });

  test('more than 1 MiB is CONFIG_UNREADABLE', async () => {
    expect(await codeOf(load(`# ${'x'.repeat(1024 ** 2)}\nimages: { app: {} }`))).toBe(
      'CONFIG_UNREADABLE',
    );
  });

  test('anything but UTF-8 is CONFIG_UNREADABLE', async () => {
    await writeFile(join(folder, 'seatrial.yaml'), Buffer.from([0xff, 0xfe, 0x41]));

    expect(await codeOf(loadConfig({ folder, env: {}, checkIds }))).toBe('CONFIG_UNREADABLE');
  });

  test('another kind of file is CONFIG_UNREADABLE', async () => {
    await writeFile(join(folder, 'seatrial.toml'), '');

    expect(await codeOf(loadConfig({ folder, env: {}, checkIds, file: 'seatrial.toml' }))).toBe(
      'CONFIG_UNREADABLE',
    );
  });

  test('a registry of the environment that is none is CONFIG_INVALID', async () => {
    const env = { SEATRIAL_REGISTRY: 'https://ghcr.io' };

    expect(await codeOf(load('images: { app: {} }', { env }))).toBe('CONFIG_INVALID');
  });
});
