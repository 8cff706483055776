import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stateRoot } from '../../engine/temporary-folders.ts';
import { processEnvironment } from '../../host/environment.ts';
import { portOf } from '../../host/port-of.ts';
import { runProcess, type ProcessResult } from '../../host/process.ts';
import { openPlace, type PlaceOptions } from './open-place.ts';
import type { ScriptPlace } from './place.ts';

const env = processEnvironment();
/** Asked of the system and not of our code: where it is so, nothing below may be skipped. */
const hasNamespaces =
  process.platform === 'linux' && spawnSync('sh', ['-c', 'unshare -r -n -m true']).status === 0;
const repository = join(import.meta.dirname, '../../..');
const holder = fileURLToPath(new URL('../fixtures/place-holder.ts', import.meta.url));

let parent: string;

beforeAll(async () => {
  await mkdir(stateRoot(), { recursive: true, mode: 0o700 });
  parent = await mkdtemp(join(stateRoot(), 'test-'));
});

afterAll(async () => {
  await rm(parent, { recursive: true });
});

async function open(options: Partial<PlaceOptions> = {}): Promise<ScriptPlace> {
  const folder = await mkdtemp(join(parent, 's-'));
  return await openPlace({ isolation: 'auto', folder, visible: [], env, ...options });
}

/** Bash, because it connects by itself. */
async function bash(place: ScriptPlace, script: string, cwd = '/'): Promise<ProcessResult> {
  const engineSocket = '/dev/null';
  const placed = place.place({ command: ['bash', '-c', script], cwd, env, engineSocket });
  return await runProcess(placed.file, placed.argv, { env: placed.env, timeoutMs: 20_000 });
}

async function shell(script: string): Promise<void> {
  const { exitCode, output } = await runProcess('sh', ['-c', script], { env });
  if (exitCode !== 0) throw new Error(output);
}

/** What a connection to a port of the script's own localhost says. */
function hear(port: number): string {
  return `cat </dev/tcp/localhost/${String(port)}`;
}

describe.runIf(hasNamespaces)('a place in namespaces', () => {
  it('has a localhost of its own: two scripts publish one port, and each reaches its own', async () => {
    await using one = await open();
    await using two = await open();
    for (const [place, words] of [
      [one, 'first'],
      [two, 'second'],
    ] as const) {
      const server = await place.network.listen({ host: '0.0.0.0', port: 8000 });
      server.on('connection', (socket) => socket.end(words));
    }

    const heard = await Promise.all([one, two].map((place) => bash(place, hear(8000))));

    expect([one.isolation, two.isolation]).toEqual(['ns', 'ns']);
    expect(heard).toMatchObject([{ output: 'first' }, { output: 'second' }]);
    const outside = connect({ host: '127.0.0.1', port: 8000 });
    await expect(once(outside, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  // Containers lie below such a mount: an engine shares its folder.
  it.runIf(process.getuid?.() === 0)(
    'unmounts nothing of the machine, however it is shared',
    async () => {
      const shared = join(parent, 'shared');
      await mkdir(shared);
      await shell(`mount -t tmpfs s "${shared}" && mount --make-shared "${shared}"
      mkdir "${shared}/below" && mount -t tmpfs b "${shared}/below" && touch "${shared}/below/kept"`);
      try {
        await using place = await open();
        const { output } = await bash(place, 'true');

        expect(output).toBe('');
        expect(await readdir(join(shared, 'below'))).toEqual(['kept']);
        await place.close();
        expect(await readdir(join(shared, 'below'))).toEqual(['kept']);
      } finally {
        await shell(`umount "${shared}/below"; umount "${shared}"`);
      }
    },
  );

  it('a connection that the script closed for writing still gets its answer', async () => {
    // Its program may lie in what is a temporary folder for others.
    await using place = await open({ visible: [repository] });
    const server = await place.network.listen({ host: '127.0.0.1', port: 0 });
    server.on('connection', (socket) => {
      void text(socket).then((asked) => socket.end(`heard ${asked}`));
    });
    const port = portOf(server);
    const client = `const s = require('net').connect({ port: ${String(port)}, host: '127.0.0.1', allowHalfOpen: true });
      s.end('all of it'); s.pipe(process.stdout)`;

    const { output } = await bash(place, `'${process.execPath}' -e "${client}"`);

    expect(output).toBe('heard all of it');
  });

  it('SANDBOX_PORT_HELD, SANDBOX_LISTEN_FAILED: what the script itself holds, or has not, is refused', async () => {
    await using place = await open();
    const {
      file,
      argv,
      env: placedEnv,
    } = place.place({
      command: ['busybox', 'nc', '-l', '-p', '8001'],
      cwd: '/',
      env,
      engineSocket: '/dev/null',
    });
    const listener = new AbortController();
    const listening = runProcess(file, argv, { env: placedEnv, signal: listener.signal });
    const busy = `for i in $(seq 200); do grep -q ':1F41 ' /proc/net/tcp* && exit; read -rt 0.05 <> <(:); done; exit 1`;
    expect(await bash(place, busy)).toMatchObject({ exitCode: 0 });

    const held = place.network.listen({ host: '', port: 8001 });

    await expect(held).rejects.toMatchObject({ code: 'SANDBOX_PORT_HELD' });
    await expect(place.network.listen({ host: '192.0.2.1', port: 80 })).rejects.toMatchObject({
      code: 'SANDBOX_LISTEN_FAILED',
    });
    listener.abort();
    await listening;
  });

  it('has temporary folders of its own, with a window to the project', async () => {
    const project = await mkdtemp(join(tmpdir(), 'seatrial-project-'));
    await writeFile(join(project, 'there'), 'of the project');
    await using place = await open({ visible: [project] });

    const { output, exitCode } = await bash(
      place,
      'cat there; echo new > here; echo mine > /tmp/mine; ls -A /tmp /var/tmp; pwd',
      project,
    );

    const name = project.slice(project.lastIndexOf('/') + 1);
    expect({ output, exitCode }).toEqual({
      output: `of the project/tmp:\nmine\n${name}\n\n/var/tmp:\n${project}\n`,
      exitCode: 0,
    });
    expect(await readFile(join(project, 'here'), 'utf8')).toBe('new\n');
    const [window, temporary] = place.folders;
    expect(window).toEqual({ shown: project, real: project });
    expect(temporary?.shown).toBe('/tmp');
    expect(await readFile(join(temporary?.real ?? '', 'mine'), 'utf8')).toBe('mine\n');
    await rm(project, { recursive: true });
  });

  it('reaches the rest of the network, and not the loopback of the machine', async () => {
    await using place = await open();
    const server = createServer((socket) => socket.end('outside'));
    await new Promise<void>((resolve) => {
      server.listen(0, '0.0.0.0', resolve);
    });
    const port = portOf(server);
    const address = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

    const all = [address ?? '', '127.0.0.1', '10.0.2.2'].map(
      (host) => `(cat </dev/tcp/${host}/${String(port)}) 2>/dev/null || echo no`,
    );
    const { output } = await bash(place, all.join('; '));

    server.close();
    expect(output).toBe('outsideno\nno\n');
  });

  it('takes a signal as it does elsewhere, passes exit codes on, and leaves no process', async () => {
    await using place = await open();
    const mark = randomUUID();

    const codes = await Promise.all([
      bash(place, `MARK=${mark} setsid sleep 600 >/dev/null 2>&1 & exit 7`),
      bash(place, 'kill -TERM $$'),
    ]);

    expect(codes).toMatchObject([{ exitCode: 7 }, { exitCode: 143 }]);
    expect(await marked(mark)).toEqual([]);
  });

  it('gives a user who is not root the same, as that user', async () => {
    const folder = await mkdtemp(join(parent, 'u-'));
    const asUser = ['--user', '--map-user=12345', '--map-group=12345', '--'];

    const { output } = await runProcess(
      'unshare',
      [
        ...asUser,
        process.execPath,
        '--no-warnings',
        holder,
        folder,
        `id -u; bash -c '${hear(8000)}'`,
      ],
      { env },
    );

    expect(output).toBe('{"isolation":"ns","notes":[]}\n12345\nholder\n');
  });

  it('after kill -9 of the tool no process of the place is left', async () => {
    const folder = await mkdtemp(join(parent, 'k-'));
    const mark = randomUUID();
    const script = 'setsid sleep 600 & sleep 600 & echo running; wait';
    const child = spawn(process.execPath, ['--no-warnings', holder, folder, script], {
      env: { ...env, MARK: mark },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface(child.stdout)) if (line === 'running') break;
    const before = await marked(mark);

    child.kill('SIGKILL');

    await expect.poll(() => marked(mark), { timeout: 5000, interval: 50 }).toEqual([]);
    expect(before).toEqual(expect.arrayContaining(['cat', 'slirp4netns', 'sleep', 'unshare']));
  });

  it('without a way out `auto` takes the machine, and `ns` says what is missing', async () => {
    const withoutSlirp = {
      ...env,
      PATH: await linksTo('sh', 'ip', 'unshare', 'nsenter', 'setpriv', 'mount', 'true', 'cat'),
    };

    await using auto = await open({ env: withoutSlirp });
    await using forced = await open({ env: withoutSlirp, isolation: 'ns' });

    expect([auto.isolation, forced.isolation]).toEqual(['host', 'ns']);
    expect([...auto.notes, ...forced.notes].join('\n')).toMatch(/slirp4netns.*\n.*slirp4netns/u);
    const server = await forced.network.listen({ host: '0.0.0.0', port: 8000 });
    server.on('connection', (socket) => socket.end('still here'));
    expect(await bash(forced, hear(8000))).toMatchObject({ output: 'still here' });
  });
});

describe('a place without namespaces', () => {
  it('SANDBOX_ISOLATION_UNAVAILABLE: `ns` is not given where the system has none', async () => {
    const empty = { ...env, PATH: parent };

    const refused = open({ env: empty, isolation: 'ns' });

    await expect(refused).rejects.toThrow(/setpriv/u);
    await expect(refused).rejects.toMatchObject({ code: 'SANDBOX_ISOLATION_UNAVAILABLE' });
    await using mac = await open({ platform: 'darwin' });
    expect(mac.notes[0]).toContain('darwin has no network namespaces');
  });

  it('holds ports on the machine itself, and reaches what listens', async () => {
    await using place = await open({ isolation: 'host' });
    const server = await place.network.listen({ host: '127.0.0.1', port: 0 });
    server.on('connection', (socket) => socket.end('here'));
    const port = portOf(server);

    const stream = await place.network.dial({ ip: '127.0.0.1', port });

    expect(await text(stream)).toBe('here');
    await expect(place.network.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'SANDBOX_PORT_HELD',
    });
  });

  it('SANDBOX_DIAL_FAILED: a refused connection is tried for as long as asked, and no longer', async () => {
    await using place = await open({ isolation: 'host' });
    const startedMs = performance.now();

    const dialled = place.network.dial({ ip: '127.0.0.1', port: 1 }, 200);

    await expect(dialled).rejects.toMatchObject({ code: 'SANDBOX_DIAL_FAILED' });
    expect(performance.now() - startedMs).toBeGreaterThan(150);
  });
});

/** Names of the processes whose environment holds a mark. */
async function marked(mark: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name));
  const names = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      if (!environment.includes(mark)) return [];
      return [(await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim()];
    }),
  );
  return names.flat();
}

/** A PATH that has these programs, and no others. */
async function linksTo(...names: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(parent, 'path-'));
  for (const name of names) {
    const { stdout } = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
    await symlink(stdout.trim(), join(folder, name)).catch(() => undefined);
  }
  return folder;
}
