import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Environment } from '../../host/environment.ts';
import { parseAddress } from '../address.ts';
import type { Credential } from '../contract.ts';
import { dockerCredentials } from './docker-credentials.ts';

interface Home extends AsyncDisposable {
  readonly folder: string;
  write(path: string, contents: unknown, mode?: number): Promise<string>;
  find(repository: string, env?: Environment): Promise<Found>;
  readonly warnings: readonly string[];
}

type Found = Readonly<Record<string, string>> | 'anonymous';

async function makeHome(): Promise<Home> {
  const folder = await mkdtemp(join(tmpdir(), 'seatrial-home-'));
  const warnings: string[] = [];
  return {
    folder,
    warnings,
    write: async (path, contents, mode = 0o600) => {
      const whole = join(folder, path);
      await mkdir(dirname(whole), { recursive: true });
      await writeFile(whole, typeof contents === 'string' ? contents : JSON.stringify(contents));
      await chmod(whole, mode);
      return whole;
    },
    find: async (repository, env = {}) => {
      const source = dockerCredentials({
        env: { HOME: folder, PATH: `${folder}/bin:/usr/bin:/bin`, ...env },
        onWarning: (message) => warnings.push(message),
        helperTimeoutMs: 500,
      });
      return reveal(await source.credentialFor(parseAddress(repository)));
    },
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  };
}

function reveal(credential: Credential | undefined): Found {
  if (credential === undefined) return 'anonymous';
  if (credential.kind === 'password') {
    return { [credential.username]: credential.password.reveal() };
  }
  return { [credential.kind]: credential.token.reveal() };
}

const auth = (text: string): object => ({ auth: Buffer.from(text).toString('base64') });
const CONFIG = '.docker/config.json';

test('nothing anywhere is anonymous', async () => {
  await using home = await makeHome();

  expect(await home.find('registry.example/app')).toBe('anonymous');
});

describe('an entry of config.json', () => {
  test.each([
    ['user and password in base64', auth('user:pass:word'), { user: 'pass:word' }],
    ['an empty password', auth('user:'), { user: '' }],
    ['user and password apart', { username: 'user', password: 'word' }, { user: 'word' }],
    ['an identity token', { ...auth('user:'), identitytoken: 'it' }, { 'identity-token': 'it' }],
    ['a registry token', { registrytoken: 'rt' }, { 'registry-token': 'rt' }],
    ['nothing', {}, 'anonymous'],
  ])('with %s is read', async (_, entry, expected) => {
    await using home = await makeHome();
    await home.write(CONFIG, { auths: { 'registry.example': entry } });

    expect(await home.find('registry.example/app')).toEqual(expected);
  });

  test.each([
    ['registry.example/app', 'registry.example'],
    ['registry.example/app', 'https://registry.example'],
    ['registry.example/app', 'https://registry.example/v1/'],
    ['registry.example/app', 'http://registry.example/v2/'],
    ['registry.example:5000/app', 'registry.example:5000'],
    ['alpine', 'https://index.docker.io/v1/'],
    ['docker.io/user/app', 'https://index.docker.io/v1/'],
    ['docker.io/user/app', 'docker.io'],
    ['registry.example/a/b/c', 'registry.example/a/b'],
  ])('for %s is found under %s', async (repository, key) => {
    await using home = await makeHome();
    await home.write(CONFIG, { auths: { [key]: auth('user:word') } });

    expect(await home.find(repository)).toEqual({ user: 'word' });
  });

  test.each([
    ['gcr.io.evil.example/app', 'gcr.io'],
    ['gcr.io/app', 'gcr.io.evil.example'],
    ['registry.example:5000/app', 'registry.example'],
    ['registry.example/app', 'registry.example:5000'],
    ['evilregistry.example/app', 'registry.example'],
    ['registry.example/ab', 'registry.example/a'],
    ['registry.example/app', 'https://index.docker.io/v1/'],
  ])('for %s is not found under %s', async (repository, key) => {
    await using home = await makeHome();
    await home.write(CONFIG, { auths: { [key]: auth('user:word') } });

    expect(await home.find(repository)).toBe('anonymous');
  });

  test('of the repository comes before that of the registry', async () => {
    await using home = await makeHome();
    await home.write(CONFIG, {
      auths: { 'registry.example': auth('wide:w'), 'registry.example/a': auth('narrow:n') },
    });

    expect(await home.find('registry.example/a/b')).toEqual({ narrow: 'n' });
  });
});

const file = (user: string): object => ({ auths: { 'registry.example': auth(`${user}:w`) } });

test('the places are looked through in order, and a set DOCKER_CONFIG replaces the one at home', async () => {
  await using home = await makeHome();
  const env: Record<string, string> = { XDG_CONFIG_HOME: join(home.folder, 'xdg') };
  const order: Found[] = [];
  const note = async (): Promise<void> => {
    order.push(await home.find('registry.example/app', env));
  };
  await home.write('xdg/containers/auth.json', file('config'));
  await note();
  await home.write('runtime/containers/auth.json', file('runtime'));
  env['XDG_RUNTIME_DIR'] = join(home.folder, 'runtime');
  await note();
  env['REGISTRY_AUTH_FILE'] = await home.write('auth.json', file('authfile'));
  await note();
  await home.write(CONFIG, file('home'));
  await note();
  env['DOCKER_CONFIG'] = join(home.folder, 'other');
  await note();
  await home.write('other/config.json', file('other'));
  await note();
  env['DOCKER_AUTH_CONFIG'] = JSON.stringify(file('inline'));
  await note();

  expect(order.flatMap((found) => Object.keys(found))).toEqual([
    'config',
    'runtime',
    'authfile',
    'home',
    'authfile',
    'other',
    'inline',
  ]);
});

test('a malformed DOCKER_AUTH_CONFIG is told and passed over', async () => {
  await using home = await makeHome();
  await home.write(CONFIG, { auths: { 'registry.example': auth('user:word') } });

  const found = await home.find('registry.example/app', {
    DOCKER_AUTH_CONFIG: '{"auths":"hunter2"',
  });

  expect(found).toEqual({ user: 'word' });
  expect(home.warnings).toEqual(['DOCKER_AUTH_CONFIG is ignored: DOCKER_AUTH_CONFIG is no JSON']);
});

describe('a malformed file is CREDENTIALS_MALFORMED, never silently anonymous', () => {
  test.each([
    ['no JSON', '{"auths": hunter2'],
    ['of another form', { auths: ['hunter2'] }],
    ['an auth that is no pair', { auths: { 'registry.example': auth('hunter2') } }],
  ])('%s', async (_, contents) => {
    await using home = await makeHome();
    const path = await home.write(CONFIG, contents);

    const find = home.find('registry.example/app');

    await expect(find).rejects.toMatchObject({ code: 'CREDENTIALS_MALFORMED', exitCode: 2 });
    await expect(find).rejects.toThrow(path);
    expect(inspect(await find.catch((error: unknown) => error))).not.toContain('hunter2');
  });

  test('a folder in its place', async () => {
    await using home = await makeHome();
    await mkdir(join(home.folder, CONFIG), { recursive: true });

    await expect(home.find('registry.example/app')).rejects.toMatchObject({
      code: 'CREDENTIALS_MALFORMED',
    });
  });

  test('an empty file is as good as none', async () => {
    await using home = await makeHome();
    await home.write(CONFIG, '');

    expect(await home.find('registry.example/app')).toBe('anonymous');
  });
});

test('a file that anyone may read is used and told', async () => {
  await using home = await makeHome();
  const path = await home.write(
    CONFIG,
    { auths: { 'registry.example': auth('user:word') } },
    0o644,
  );

  await home.find('registry.example/app');

  expect(home.warnings).toEqual([
    `${path} holds credentials and anyone on this machine may read it`,
  ]);
});

const script = (body: string): string => `#!/bin/sh\n${body}\n`;

const answer = (user: string): string =>
  script(
    `read -r server || true; printf '{"ServerURL":"%s","Username":"${user}","Secret":"s of %s"}' "$server" "$server"`,
  );

describe('a credential helper', () => {
  test('is asked for the registry by its key, on its input', async () => {
    await using home = await makeHome();
    await home.write('bin/docker-credential-test', answer('user'), 0o755);
    await home.write(CONFIG, { credsStore: 'test' });

    expect(await home.find('registry.example:5000/app')).toEqual({
      user: 's of registry.example:5000',
    });
    expect(await home.find('alpine')).toEqual({ user: 's of https://index.docker.io/v1/' });
  });

  test('of the registry comes before the general one, and that before the file', async () => {
    await using home = await makeHome();
    await home.write('bin/docker-credential-own', answer('own'), 0o755);
    await home.write('bin/docker-credential-general', answer('general'), 0o755);
    await home.write(CONFIG, {
      credHelpers: { 'registry.example': 'own' },
      credsStore: 'general',
      auths: { 'other.example': auth('file:w'), 'registry.example': auth('file:w') },
    });

    expect(Object.keys(await home.find('registry.example/app'))).toEqual(['own']);
    expect(Object.keys(await home.find('other.example/app'))).toEqual(['general']);
  });

  test('that answers with <token> gives an identity token', async () => {
    await using home = await makeHome();
    await home.write('bin/docker-credential-test', answer('<token>'), 0o755);
    await home.write(CONFIG, { credsStore: 'test' });

    expect(await home.find('registry.example/app')).toEqual({
      'identity-token': 's of registry.example',
    });
  });

  test('that knows nothing of the registry leaves us anonymous', async () => {
    await using home = await makeHome();
    const body = script('echo "credentials not found in native keychain"; exit 1');
    await home.write('bin/docker-credential-test', body, 0o755);
    await home.write(CONFIG, { credsStore: 'test' });

    expect(await home.find('registry.example/app')).toBe('anonymous');
  });

  test.each([
    { how: 'is missing', message: 'cannot be started' },
    { how: 'fails', body: 'echo "hunter2 locked"; exit 1', message: 'exit code 1' },
    { how: 'hangs', body: 'sleep 60', message: 'did not answer within 500 ms' },
    { how: 'prints no JSON', body: 'echo hunter2', message: 'not of the form' },
    { how: 'answers by half', body: `echo '{"Username":"hunter2"}'`, message: 'not of the form' },
    { how: 'prints without end', body: 'yes hunter2', message: 'gives nothing' },
    { how: 'has a name that is a path', name: '../evil', message: "no helper's name" },
  ])('that $how is CREDENTIAL_HELPER_FAILED, never anonymous', async (each) => {
    const { body, name = 'test', message } = each;
    await using home = await makeHome();
    if (body !== undefined) await home.write('bin/docker-credential-test', script(body), 0o755);
    await home.write(CONFIG, {
      credsStore: name,
      auths: { 'registry.example': auth('user:word') },
    });

    const find = home.find('registry.example/app');

    await expect(find).rejects.toMatchObject({ code: 'CREDENTIAL_HELPER_FAILED', exitCode: 3 });
    await expect(find).rejects.toThrow(message);
    expect(inspect(await find.catch((error: unknown) => error))).not.toContain('hunter2');
  });
});
