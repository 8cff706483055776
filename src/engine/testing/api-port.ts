import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { portOf } from '../../host/port-of.ts';

/** A port of TCP that leads to the API of an engine, as the one that a firewall leaves open. */
export interface ApiPort extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly host: string;
}

export async function openApiPort(socketPath: string): Promise<ApiPort> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const engine = connect({ path: socketPath, allowHalfOpen: true });
    client.pipe(engine).pipe(client);
    for (const side of [client, engine]) {
      open.add(side);
      side.on('error', () => undefined);
      side.on('close', () => {
        open.delete(side);
        client.destroy();
        engine.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `tcp://127.0.0.1:${String(portOf(server))}`,
    [Symbol.asyncDispose]: async () => {
      for (const side of open) side.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
