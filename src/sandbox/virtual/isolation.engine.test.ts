import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { connectEngine } from '../../engine/connect.ts';
import { createImageArchive } from '../../engine/image-archive.ts';
import { buildScratchImage } from '../../engine/testing/scratch-image.ts';
import { processEnvironment } from '../../host/environment.ts';
import { listIn, objectIn, textIn } from './json-value.ts';
import { openTestSession, type TestSession } from './testing/open-session.ts';
import { callSocket, type SocketAnswer } from './testing/socket-call.ts';

const engine = await connectEngine({ env: processEnvironment() });
const image = await buildScratchImage(engine, {
  command: ['/bin/sleep', '1000'],
  stopSignal: 'SIGKILL',
});
const word = `foreign-${randomBytes(4).toString('hex')}`;
const label = { 'seatrial.test': word };

/** What is on the machine's engine before the two scripts come. */
const foreign = {
  network: await engine.objects.createNetwork(word, label),
  volume: await engine.objects.createVolume(word, label),
  container: await engine.containers.create({
    image: image.record.id,
    name: word,
    labels: label,
    network: word,
  }),
};
const hostile = await openTestSession(engine);
const victim = await openTestSession(engine);
afterAll(async () => {
  await hostile[Symbol.asyncDispose]();
  await victim[Symbol.asyncDispose]();
  await engine.containers.remove(foreign.container);
  for (const object of await engine.objects.list([`seatrial.test=${word}`])) {
    await engine.objects.remove(object);
  }
  await image[Symbol.asyncDispose]();
});

/** `call` is a method and a path: `GET /volumes`. */
async function ask(session: TestSession, call: string, body?: unknown): Promise<SocketAnswer> {
  const [method = '', path = ''] = call.split(' ');
  const sent = method === 'GET' || method === 'DELETE' ? {} : { body };
  return await callSocket(session.engine.socketPath, { method, path: `/v1.41${path}`, ...sent });
}

async function idFrom(answer: Promise<SocketAnswer>): Promise<string> {
  return textIn(objectIn((await answer).value)['Id']);
}

/** What the other script made: the same names that a hostile one will look for. */
const made = {
  container: await idFrom(
    ask(victim, 'POST /containers/create?name=web', {
      Image: image.ref,
      HostConfig: { Binds: ['data:/data'] },
    }),
  ),
  network: await idFrom(ask(victim, 'POST /networks/create', { Name: 'net' })),
};
await ask(victim, `POST /images/${encodeURIComponent(image.ref)}/tag?repo=mine&tag=1`);
const prefix = `seatrial-${victim.engine.session}-`;

const direct = engine.endpoint.url.slice('unix://'.length);

async function get(path: string): Promise<unknown> {
  return (await callSocket(direct, { method: 'GET', path })).value;
}

/** Everything of others on the engine, as it is. */
async function everything(): Promise<unknown> {
  return await Promise.all([
    get(`/containers/${foreign.container}/json`),
    get(`/containers/${made.container}/json`),
    get(`/networks/${foreign.network}`),
    get(`/networks/${made.network}`),
    get(`/volumes/${word}`),
    get(`/volumes/${prefix}data`),
    get(`/images/${image.ref}/json`),
    get(`/images/seatrial-${victim.engine.session}.local/mine:1/json`),
  ]);
}

/** Names of the volumes that the engine gives a container. */
async function mountsOf(id: string): Promise<readonly string[]> {
  const path = `/containers/${id}/json`;
  const { value } = await callSocket(direct, { method: 'GET', path });
  return listIn(objectIn(value)['Mounts']).map((mount) => textIn(objectIn(mount)['Name']));
}

const before = await everything();

const containerRefs = [
  foreign.container,
  foreign.container.slice(0, 12),
  word,
  `%2F${word}`,
  made.container,
  made.container.slice(0, 12),
  'web',
  `${prefix}web`,
  `..%2F${word}`,
];
const containerCalls = [
  ...['json', 'logs?stdout=1', 'top', 'changes', 'export', 'stats', 'archive?path=/'].map(
    (action) => ['GET', `/${action}`] as const,
  ),
  ...['start', 'stop', 'kill', 'restart', 'wait', 'pause', 'attach?stream=1', 'resize', 'exec'].map(
    (action) => ['POST', `/${action}`] as const,
  ),
  ['POST', '/rename?name=mine'] as const,
  ['POST', '/update'] as const,
  ['PUT', '/archive?path=/'] as const,
  ['DELETE', '?force=1&v=1'] as const,
];

describe('a hostile script', () => {
  it('sees nothing of others, whatever it filters by', async () => {
    const filters = [
      {},
      { label: [`seatrial.session=${victim.engine.session}`] },
      { label: { [`seatrial.test=${word}`]: true } },
      { name: [word] },
      { name: ['web'] },
      { id: [foreign.container] },
      { network: [word] },
      { volume: [word] },
      { volume: ['data'] },
    ].map((each) => encodeURIComponent(JSON.stringify(each)));

    const lists = await Promise.all(
      filters.flatMap((each) => [
        ask(hostile, `GET /containers/json?all=1&filters=${each}`),
        ask(
          hostile,
          `GET /networks?filters=${each.includes('volume') || each.includes('network') ? '' : each}`,
        ),
        ask(hostile, `GET /volumes?filters=${/network|volume|id/u.test(each) ? '' : each}`),
      ]),
    );
    const [events, usage, images] = await Promise.all([
      ask(
        hostile,
        `GET /events?since=${String(Math.floor(Date.now() / 1000) - 600)}&until=${String(Math.floor(Date.now() / 1000))}`,
      ),
      ask(hostile, 'GET /system/df'),
      ask(hostile, 'GET /images/json?all=1'),
    ]);

    const seen = JSON.stringify([lists, events, usage]);
    for (const secret of [word, foreign.container, made.container, made.network, prefix]) {
      expect(seen.includes(secret), secret).toBe(false);
    }
    expect(JSON.stringify(images)).not.toMatch(/mine:1|seatrial-[0-9a-f]{8}\.local/u);
  });

  it.each(containerRefs)('does nothing to the container %s', async (ref) => {
    const answers = await Promise.all(
      containerCalls.map(([method, rest]) =>
        ask(hostile, `${method} /containers/${ref}${rest}`, {}),
      ),
    );
    const committed = await ask(hostile, `POST /commit?container=${ref}&repo=stolen`, {});

    expect(new Set([...answers, committed].map(({ status }) => status))).toEqual(new Set([404]));
  });

  it.each([
    foreign.network,
    foreign.network.slice(0, 12),
    word,
    made.network,
    'net',
    `${prefix}net`,
  ])('does nothing to the network %s', async (ref) => {
    const own = await idFrom(ask(hostile, 'POST /containers/create', { Image: image.ref }));

    const answers = await Promise.all([
      ask(hostile, `GET /networks/${ref}`),
      ask(hostile, `DELETE /networks/${ref}`),
      ask(hostile, `POST /networks/${ref}/connect`, { Container: own }),
      ask(hostile, `POST /networks/${ref}/disconnect`, { Container: made.container }),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  });

  it.each([word, 'data', `${prefix}data`])('does nothing to the volume %s', async (ref) => {
    const answers = [
      await ask(hostile, `GET /volumes/${ref}`),
      await ask(hostile, `DELETE /volumes/${ref}?force=1`),
    ];
    const created = await ask(hostile, 'POST /containers/create', {
      Image: image.ref,
      HostConfig: { Binds: [`${ref}:/data`] },
    });
    const mounts = await mountsOf(textIn(objectIn(created.value)['Id']));

    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    expect(created.status).toBe(201);
    expect(mounts).toEqual([`seatrial-${hostile.engine.session}-${ref}`]);
  });

  it.each([
    ['NetworkMode', `container:${made.container}`],
    ['NetworkMode', word],
    ['PidMode', `container:${word}`],
    ['IpcMode', `container:${foreign.container}`],
    ['VolumesFrom', [word]],
    ['Links', [`${word}:other`]],
  ])('makes no container with %s of another: %j', async (member, value) => {
    const { status, value: body } = await ask(hostile, 'POST /containers/create', {
      image: image.ref,
      hostconfig: { [member.toLowerCase()]: value },
    });

    // Not 404: at that a client would pull the image.
    expect(status).toBe(400);
    expect(textIn(objectIn(body)['message'])).toMatch(/No such container|not found/u);
  });

  it('prunes nothing of others, and cannot label itself into another session', async () => {
    const session = {
      'seatrial.session': victim.engine.session,
      'seatrial.user': victim.engine.session,
    };
    await ask(hostile, 'POST /containers/create?name=spy', {
      Image: image.ref,
      Labels: session,
    });
    await ask(hostile, 'POST /volumes/create', { Name: 'spy', Labels: session });
    const seen = await ask(victim, 'GET /containers/json?all=1');
    const volumes = await ask(victim, 'GET /volumes');
    const filters = encodeURIComponent(JSON.stringify({ label: [`seatrial.test=${word}`] }));

    const pruned = await Promise.all(
      ['containers', 'volumes', 'networks', 'images'].flatMap((noun) => [
        ask(hostile, `POST /${noun}/prune?filters=${filters}`),
        ask(hostile, `POST /${noun}/prune`),
      ]),
    );

    expect(new Set(pruned.map(({ status }) => status))).toEqual(new Set([200]));
    expect(listIn(seen.value)).toHaveLength(1);
    expect(listIn(objectIn(volumes.value)['Volumes'])).toHaveLength(1);
  });

  it.each([
    ['privileged', { HostConfig: { Privileged: true } }],
    ['net.host', { HostConfig: { NetworkMode: 'host' } }],
    ['bind.path', { HostConfig: { Binds: ['/:/host'] } }],
    ['bind.path', { HostConfig: { Binds: ['/tmp/../etc:/host'] } }],
    ['bind.path', { HostConfig: { Mounts: [{ Type: 'bind', Source: '/etc', Target: '/host' }] } }],
    [
      'bind.path',
      { HostConfig: { Mounts: [{ type: 'bind', source: '/var/run', target: '/host' }] } },
    ],
    ['bind.propagation', { HostConfig: { Binds: ['/tmp:/host:shared'] } }],
    ['port.udp', { HostConfig: { PortBindings: { '53/udp': [{}] } } }],
  ])('is told the rule %s', async (rule, body) => {
    const { status, value } = await ask(hostile, 'POST /containers/create', {
      Image: image.ref,
      ...body,
    });

    expect(status).toBe(403);
    expect(textIn(objectIn(value)['message'])).toContain(`(rule ${rule})`);
    expect(hostile.records.at(-1)).toMatchObject({ deniedBy: rule, status: 403 });
  });

  it('changes no tag that others use: not by tag, load or removal', async () => {
    const other = await createImageArchive({
      layers: [],
      config: { Labels: { made: word } },
      architecture: engine.info.platform.architecture,
      ref: image.ref,
    });
    const [repository, tag] = image.ref.split(':');

    const loaded = await callSocket(hostile.engine.socketPath, {
      method: 'POST',
      path: '/v1.41/images/load',
      stream: other.open(),
    });
    const own = await ask(hostile, `GET /images/${image.ref}/json`);
    await ask(hostile, `POST /images/${image.ref}/tag?repo=${repository ?? ''}&tag=${tag ?? ''}`);
    await ask(hostile, `DELETE /images/${image.ref}?force=1`);
    await ask(hostile, `DELETE /images/${image.record.id}?force=1`);
    const stolen = await ask(hostile, 'GET /images/mine:1/json');

    expect(loaded.status).toBe(200);
    expect(objectIn(own.value)['Id']).toBe(other.id);
    expect(stolen.status).toBe(404);
    expect((await engine.images.inspect(image.ref))?.id).toBe(image.record.id);
  });

  it('has changed nothing of others in the end', async () => {
    await expect(everything()).resolves.toEqual(before);
  });
});

describe('our own client of an engine, which is docker-modem', () => {
  it('works through a virtual engine', async () => {
    await using session = await openTestSession(engine);
    const inner = await connectEngine({ env: { ...session.engine.env } });
    await inner.objects.createNetwork('net', { own: '1' });
    const id = await inner.containers.create({
      image: image.record.id,
      name: 'web',
      labels: { own: '1' },
      network: 'net',
    });
    await inner.containers.start(id);

    const result = await inner.containers.exec(id, { argv: ['cat'], stdin: 'piped' });
    const found = await inner.containers.inspect(id);
    const objects = await inner.objects.list(['own=1']);
    await inner.containers.remove(id);

    expect(result).toMatchObject({ exitCode: 0, stdout: 'piped' });
    expect(found).toMatchObject({ name: 'web' });
    expect(objects.map(({ kind, name }) => `${kind} ${name}`).toSorted()).toEqual([
      'container web',
      'network net',
    ]);
  });
});
