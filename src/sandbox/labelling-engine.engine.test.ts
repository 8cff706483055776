import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createTlsServer } from 'node:tls';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { connectEngine } from '../engine/connect.ts';
import { findStaticBusybox } from '../engine/busybox.ts';
import { buildScratchImage } from '../engine/testing/scratch-image.ts';
import { processEnvironment } from '../host/environment.ts';
import { isSoak } from '../host/testing/soak.ts';
import { runProcess, type ProcessResult } from '../host/process.ts';
import { openLabellingEngine } from './labelling-engine.ts';

/** Docker command lines of different ages; those that are not installed are left out, one must be there. */
const installed = (
  await Promise.all(
    ['/usr/bin/docker', '/usr/local/bin/docker'].map(async (file) =>
      (await runProcess(file, ['--version'], { env: {} })).exitCode === 0 ? [file] : [],
    ),
  )
).flat();
/** They say the same to an engine, nearly: the virtual engine tries what they say in full. */
const CLIS = isSoak ? installed : installed.slice(0, 1);

const engine = await connectEngine({ env: processEnvironment() });
const folder = await mkdtemp(join(tmpdir(), 'label-'));
const run = randomBytes(6).toString('hex');
const label = `dev.seatrial.test=${run}`;
const labels = { 'dev.seatrial.test': run };
const opened = await openLabellingEngine({ endpoint: engine.endpoint, labels, folder });
const image = await buildScratchImage(engine, {
  command: ['/bin/sleep', '1000'],
  stopSignal: 'SIGKILL',
  volumes: ['/data'],
});
afterAll(async () => {
  for (const object of await engine.objects.list([label])) {
    if (object.kind === 'container') await engine.containers.remove(object.id);
  }
  for (const object of await engine.objects.list([label])) await engine.objects.remove(object);
  await opened.close();
  await image[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

interface CallOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly onOutput?: (text: string) => void;
}

async function call(
  file: string,
  argv: readonly string[],
  options: CallOptions = {},
): Promise<ProcessResult> {
  const { env, ...rest } = options;
  const home = { HOME: folder, PATH: processEnvironment()['PATH'] };
  return await runProcess(file, argv, {
    ...rest,
    env: { ...home, ...opened.env, ...env },
    timeoutMs: 60_000,
  });
}

async function succeed(
  file: string,
  argv: readonly string[],
  options: CallOptions = {},
): Promise<string> {
  const result = await call(file, argv, options);
  expect(result).toMatchObject({ exitCode: 0 });
  return result.stdout.trim();
}

/** Ids and names of all objects of a kind that carry our label. */
async function labelledOf(kind: string): Promise<readonly string[]> {
  const objects = await engine.objects.list([label]);
  return objects.filter((object) => object.kind === kind).flatMap(({ id, name }) => [id, name]);
}

function unique(word: string): string {
  return `${word}-${randomBytes(5).toString('hex')}`;
}

test('finds at least one docker command line', () => {
  expect(CLIS.length).toBeGreaterThan(0);
});

test.each(CLIS)('%s: run, logs, exec, wait, rm of a labelled container', async (docker) => {
  const name = unique('run');
  const script = 'echo out; echo err >&2; exit 7';
  const options = ['-d', '--name', name, '--label', 'own=1'];
  const id = await succeed(docker, ['run', ...options, image.ref, 'sh', '-c', script]);
  const waited = succeed(docker, ['wait', id]);
  const inspected = await succeed(docker, ['inspect', '-f', '{{json .Config.Labels}}', name]);
  const logs = await call(docker, ['logs', '-f', name]);

  expect(JSON.parse(inspected)).toMatchObject({ own: '1', ...labels });
  expect(logs.stdout).toBe('out\n');
  expect(logs.output).toContain('err\n');
  await expect(waited).resolves.toBe('7');
  await expect(labelledOf('container')).resolves.toContain(id);
  await succeed(docker, ['rm', '-v', name]);
  await expect(labelledOf('container')).resolves.not.toContain(id);
});

test.each(CLIS)(
  '%s: stdin of run, attach and exec ends, and the output arrives',
  async (docker) => {
    const stdin = randomBytes(300_000).toString('hex');
    const name = unique('stdin');

    const ran = await succeed(docker, ['run', '--rm', '-i', image.ref, 'cat'], { stdin });
    await succeed(docker, ['run', '-d', '--name', name, image.ref]);
    const executed = await succeed(docker, ['exec', '-i', name, 'cat'], { stdin });
    const missing = await call(docker, ['exec', name, 'no-such-program']);
    await succeed(docker, ['rm', '-f', '-v', name]);

    expect(ran === stdin).toBe(true);
    expect(executed === stdin).toBe(true);
    expect(missing.exitCode).toBeGreaterThanOrEqual(126);
  },
);

test.each(CLIS)('%s: attach with piped stdin', async (docker) => {
  const name = unique('attach');
  await succeed(docker, [
    'create',
    '-i',
    '--name',
    name,
    image.ref,
    'sh',
    '-c',
    'read a; echo got $a',
  ]);

  const output = await succeed(docker, ['start', '-a', '-i', name], { stdin: 'piped\n' });

  expect(output).toBe('got piped');
  await succeed(docker, ['rm', '-v', name]);
});

test.each(CLIS)('%s: cp in and out keeps every byte', async (docker) => {
  const name = unique('cp');
  const file = join(folder, name);
  const bytes = randomBytes(3 * 1024 ** 2);
  await writeFile(file, bytes);
  await succeed(docker, ['create', '--name', name, image.ref]);

  await succeed(docker, ['cp', file, `${name}:/tmp/there`]);
  await succeed(docker, ['cp', `${name}:/tmp/there`, `${file}.back`]);

  expect((await readFile(`${file}.back`)).equals(bytes)).toBe(true);
  await succeed(docker, ['rm', '-v', name]);
});

test.each([
  ...CLIS.map((docker) => [docker, '0'] as const),
  ...CLIS.filter((docker) => docker === '/usr/bin/docker').map((docker) => [docker, '1'] as const),
])('%s: build with DOCKER_BUILDKIT=%s', async (docker, kit) => {
  const context = await mkdtemp(join(folder, 'context-'));
  const tag = `seatrial-scratch/${unique('build')}`;
  await writeFile(join(context, 'busybox'), (await findStaticBusybox()) ?? '');
  await chmod(join(context, 'busybox'), 0o755);
  await writeFile(
    join(context, 'Dockerfile'),
    'FROM scratch\nCOPY busybox /busybox\nRUN ["/busybox", "touch", "/made"]\n',
  );
  onTestFinished(() => engine.images.remove(tag));

  const built = await call(docker, ['build', '-t', tag, context], {
    env: { DOCKER_BUILDKIT: kit },
  });

  expect(built).toMatchObject({ exitCode: 0 });
  const listed = await succeed(docker, ['run', '--rm', tag, '/busybox', 'ls', '/made']);
  expect(listed).toBe('/made');
});

test.each(CLIS)('%s: networks and volumes are labelled', async (docker) => {
  const network = unique('network');
  const volume = unique('volume');

  await succeed(docker, ['network', 'create', network]);
  await succeed(docker, ['volume', 'create', '--label', 'own=1', volume]);
  await succeed(docker, ['volume', 'create']);

  await expect(labelledOf('network')).resolves.toContain(network);
  await expect(labelledOf('volume')).resolves.toContain(volume);
  await succeed(docker, ['network', 'rm', network]);
  await succeed(docker, ['volume', 'rm', volume]);
});

test.each(CLIS)('%s: an anonymous volume is labelled, and stays anonymous', async (docker) => {
  const name = unique('anonymous');
  await succeed(docker, ['run', '-d', '--name', name, '-v', '/other', image.ref]);
  const mounts = await succeed(docker, [
    'inspect',
    '-f',
    '{{range .Mounts}}{{.Name}} {{end}}',
    name,
  ]);
  const volumes = mounts.split(' ').filter((each) => each !== '');

  await succeed(docker, ['rm', '-f', name]);
  const afterRemoval = await labelledOf('volume');
  await succeed(docker, ['run', '--rm', '--name', name, image.ref, 'true']);

  expect(volumes).toHaveLength(2);
  expect(afterRemoval).toEqual(expect.arrayContaining(volumes));
  await expect(labelledOf('volume')).resolves.toHaveLength(afterRemoval.length);
  await succeed(docker, ['volume', 'rm', ...volumes]);
});

test.each(CLIS)('%s: events stream, and end with their client', async (docker) => {
  const name = unique('events');
  const stop = new AbortController();
  let seen = '';
  const events = call(docker, ['events', '--filter', `container=${name}`], {
    signal: stop.signal,
    onOutput: (text) => {
      seen += text;
    },
  });

  // A container may be over before the stream has begun: made again until one is seen.
  await expect
    .poll(
      async () => {
        await succeed(docker, ['create', '--name', name, image.ref]);
        await succeed(docker, ['rm', '-v', name]);
        return seen;
      },
      { timeout: 20_000 },
    )
    .toContain('container destroy');
  stop.abort();
  const result = await events;

  expect(result.isCancelled).toBe(true);
});

test('fifty containers at the same time get each its own output, and all are labelled', async () => {
  const docker = CLIS[0] ?? '';
  const words = Array.from({ length: 50 }, (_, index) => `word-${String(index)}`);

  const outputs = await Promise.all(
    words.map((word) => succeed(docker, ['create', image.ref, 'echo', word])),
  );
  const labelled = await labelledOf('container');

  expect(new Set(outputs).size).toBe(50);
  expect(labelled).toEqual(expect.arrayContaining(outputs));
  await succeed(docker, ['rm', '-v', ...outputs]);
});

test('fifty exec streams at the same time', async () => {
  const docker = CLIS[0] ?? '';
  const id = await succeed(docker, ['run', '-d', image.ref]);
  const words = Array.from({ length: 50 }, (_, index) => `word-${String(index)}`);

  const outputs = await Promise.all(
    words.map((stdin) => succeed(docker, ['exec', '-i', id, 'cat'], { stdin })),
  );

  expect(outputs).toEqual(words);
  await succeed(docker, ['rm', '-f', '-v', id]);
});

test('an engine on tcp, and one behind TLS that wants a certificate of its clients', async () => {
  const docker = CLIS[0] ?? '';
  const certificates = await makeCertificates();
  const plain = await portOf(createServer({ allowHalfOpen: true }, passOn));
  const secure = await portOf(
    createTlsServer(
      { ...certificates.files, allowHalfOpen: true, requestCert: true, rejectUnauthorized: true },
      passOn,
    ),
  );
  const endpoints = [
    { DOCKER_HOST: `tcp://localhost:${String(plain)}` },
    {
      DOCKER_HOST: `tcp://localhost:${String(secure)}`,
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: certificates.folder,
    },
  ];

  for (const env of endpoints) {
    const endpoint = { kind: 'tcp', url: env.DOCKER_HOST, origin: 'test', env } as const;
    const remote = await openLabellingEngine({ endpoint, labels, folder });
    onTestFinished(() => remote.close());
    const argv = ['run', '--rm', '-i', '--label', 'own=1', image.ref, 'cat'];

    const output = await succeed(docker, argv, { stdin: 'over tcp', env: { ...remote.env } });

    const volume = await succeed(docker, ['volume', 'create'], { env: { ...remote.env } });
    expect(output).toBe('over tcp');
    await expect(labelledOf('volume')).resolves.toContain(volume);
  }
});

/** Stands in for an engine on the network: passes bytes on to the real one. */
function passOn(client: Socket): void {
  const upstream = connect({ path: engine.endpoint.url.slice('unix://'.length) });
  upstream.allowHalfOpen = true;
  client.pipe(upstream).pipe(client);
  client.on('error', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, 'localhost');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function makeCertificates(): Promise<{
  folder: string;
  files: { ca: Buffer; cert: Buffer; key: Buffer };
}> {
  const place = join(folder, 'certificates');
  await mkdir(place);
  // One self-signed certificate is authority, server and client at once.
  const request = 'req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost';
  const output = '-addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem';
  const env = processEnvironment();
  await runProcess('openssl', `${request} ${output}`.split(' '), { cwd: place, env });
  const [cert, key] = await Promise.all([
    readFile(join(place, 'cert.pem')),
    readFile(join(place, 'key.pem')),
  ]);
  await writeFile(join(place, 'ca.pem'), cert);
  return { folder: place, files: { ca: cert, cert, key } };
}
