import { request, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import type { Engine } from '../../engine/contract.ts';
import { createImageArchive } from '../../engine/image-archive.ts';
import { messageOf } from '../../kernel/errors.ts';
import type { Dial } from '../engine-dial.ts';
import { SandboxError } from '../errors.ts';
import { agentBytes } from './agent-bytes.ts';
import { openTunnel, type Tunnel } from './tunnel.ts';

export interface AgentOptions {
  readonly engine: Engine;
  readonly dial: Dial;
  /** On its container, so that it is found and removed when both ends of it are gone. */
  readonly labels: Readonly<Record<string, string>>;
}

const API = '/v1.41';

/**
 * Starts the agent in the network of the engine's machine, from where all containers are reached, whatever networks a
 * script makes, and no container sees it. It ends, and is removed by the engine, when our connection to it does.
 * @throws {SandboxError} SANDBOX_NO_AGENT
 */
export async function startAgent({ engine, dial, labels }: AgentOptions): Promise<Tunnel> {
  try {
    const image = await ensureAgentImage(engine);
    const { Id } = await createContainer(dial, {
      Image: image,
      Labels: labels,
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
      AttachStdout: true,
      User: '65534:65534',
      HostConfig: {
        NetworkMode: 'host',
        AutoRemove: true,
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        PidsLimit: 4,
        // Else all that goes through the tunnel lands on the engine's disk as well.
        LogConfig: { Type: 'none' },
      },
    });
    const socket = await attach(dial, Id);
    const opening = openTunnel({ input: socket, output: socket, isContainer: true });
    await Promise.all([opening, engine.containers.start(Id)]);
    return await opening;
  } catch (cause) {
    throw new SandboxError(
      'SANDBOX_NO_AGENT',
      `No agent could be started on the engine at ${engine.endpoint.url}: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** Id of the image; made once per engine. */
async function ensureAgentImage(engine: Engine): Promise<string> {
  const { architecture } = engine.info.platform;
  const agent = Object.entries(agentBytes).find(([name]) => name === architecture)?.[1];
  if (agent === undefined) throw new Error(`there is no agent for ${architecture}`);
  const ref = `seatrial-agent:${agent.sha256.slice(0, 12)}`;
  const found = await engine.images.inspect(ref);
  if (found !== undefined) return found.id;
  const contents = Buffer.from(agent.base64, 'base64');
  const archive = await createImageArchive({
    layers: [[{ path: '/agent', contents, mode: 0o755 }]],
    config: { Entrypoint: ['/agent'], Labels: { 'seatrial.agent': agent.sha256 } },
    architecture,
    ref,
  });
  await engine.images.load(archive.open());
  return archive.id;
}

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate */
const createdSchema = z.object({ Id: z.string() });
const refusedSchema = z.object({ message: z.string() });

async function createContainer(dial: Dial, body: object): Promise<z.output<typeof createdSchema>> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const call = request({
      createConnection: dial,
      method: 'POST',
      path: `${API}/containers/create`,
      headers: { host: 'docker', 'content-type': 'application/json' },
    });
    call.once('response', resolve);
    call.once('error', reject);
    call.end(JSON.stringify(body));
  });
  const answer: unknown = await json(response);
  if (response.statusCode === 201) return createdSchema.parse(answer);
  throw new Error(refusedSchema.safeParse(answer).data?.message ?? 'the engine refused it');
}

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach */
async function attach(dial: Dial, id: string): Promise<Duplex> {
  return await new Promise<Duplex>((resolve, reject) => {
    const call = request({
      createConnection: dial,
      method: 'POST',
      path: `${API}/containers/${id}/attach?stream=1&stdin=1&stdout=1`,
      headers: { host: 'docker', connection: 'Upgrade', upgrade: 'tcp' },
    });
    call.once('upgrade', (_, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    call.once('response', (response) => {
      response.resume();
      reject(new Error(`attaching to it was answered with ${String(response.statusCode)}`));
    });
    call.once('error', reject);
    call.end();
  });
}
