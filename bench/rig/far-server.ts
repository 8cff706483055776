import { once } from 'node:events';
import { connectEngine } from '../../src/engine/connect.ts';
import { startOwnEngine } from '../../src/engine/testing/own-engine.ts';
import { buildScratchImage } from '../../src/engine/testing/scratch-image.ts';
import { openReach, type Reach } from '../../src/sandbox/remote/reach.ts';
import type { ContainerAddress } from '../../src/sandbox/script-network.ts';

/** A server in a container of an engine of which only the API can be reached, and the way to it. */
export interface FarServer extends AsyncDisposable {
  readonly reach: Reach;
  readonly address: ContainerAddress;
}

/** Serves `/small`, of a few bytes, and `/large`, of `largeBytes`. */
export async function startFarServer(largeBytes: number): Promise<FarServer> {
  const far = await startOwnEngine({ isRemote: true });
  try {
    const engine = await connectEngine({ env: {}, host: far.socketHost });
    const image = await buildScratchImage(engine, {
      entrypoint: ['/bin/httpd', '-f', '-p', '8000', '-h', '/files'],
      files: { '/files/small': 'small', '/files/large': Buffer.alloc(largeBytes, 'large') },
    });
    await engine.objects.createNetwork('bench', {});
    const id = await engine.containers.create({
      image: image.record.id,
      name: 'server',
      labels: {},
      network: 'bench',
    });
    await engine.containers.start(id);
    const ip = (await engine.containers.inspect(id))?.addresses['bench'] ?? '';
    const reach = openReach({ engine, labels: {} });
    return {
      reach,
      address: { ip, port: 8000 },
      [Symbol.asyncDispose]: async () => {
        await reach.close();
        await far[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await far[Symbol.asyncDispose]();
    throw error;
  }
}

/** Bytes of an answer, head and all, over a new connection. */
export async function getFar({ reach, address }: FarServer, path: string): Promise<number> {
  const stream = await reach.dial(address);
  stream.write(`GET ${path} HTTP/1.0\r\n\r\n`);
  let sizeBytes = 0;
  stream.on('data', (bytes: Buffer) => {
    sizeBytes += bytes.length;
  });
  await once(stream, 'end');
  stream.end();
  return sizeBytes;
}
