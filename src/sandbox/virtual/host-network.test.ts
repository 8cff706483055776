import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { portOf } from '../../host/port-of.ts';
import { dialContainer, hostNetworks } from './host-network.ts';

describe('the loopback that scripts share', () => {
  it('SANDBOX_PORT_HELD: refuses at once what the script itself, or anybody else, holds', async () => {
    const network = hostNetworks().open();
    onTestFinished(() => network.close());
    const own = await network.listen({ host: '0.0.0.0', port: 0 });
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => {
      other.close();
    });

    for (const port of [portOf(own), portOf(other)]) {
      await expect(network.listen({ host: '0.0.0.0', port })).rejects.toMatchObject({
        code: 'SANDBOX_PORT_HELD',
      });
    }
  });

  it('lets a script wait for a port that another one holds, until it is closed', async () => {
    const networks = hostNetworks();
    const [first, second] = [networks.open(), networks.open()];
    onTestFinished(() => second.close());
    const held = await first.listen({ host: '0.0.0.0', port: 0 });
    let hasPort = false;

    const waiting = second.listen({ host: '0.0.0.0', port: portOf(held) }).then((server) => {
      hasPort = true;
      return portOf(server);
    });
    await pause(50);
    const hadPort = hasPort;
    const port = portOf(held);
    await first.close();

    expect(hadPort).toBe(false);
    await expect(waiting).resolves.toBe(port);
  });

  it('SANDBOX_PORT_HELD: does not wait for ever', async () => {
    const networks = hostNetworks({ queueMs: 30 });
    const [first, second] = [networks.open(), networks.open()];
    onTestFinished(() => first.close());
    const held = await first.listen({ host: '0.0.0.0', port: 0 });

    await expect(second.listen({ host: '0.0.0.0', port: portOf(held) })).rejects.toMatchObject({
      code: 'SANDBOX_PORT_HELD',
    });
  });

  it.each(['127.0.0.1', '::1'])('is reached by %s', async (host) => {
    const network = hostNetworks().open();
    onTestFinished(() => network.close());
    const server = await network.listen({ host: '0.0.0.0', port: 0 });
    server.on('connection', (socket) => socket.end('hello'));

    const client = connect({ host, port: portOf(server) });
    await expect(text(client)).resolves.toBe('hello');
  });
});

describe('a connection to a container', () => {
  it('waits until something listens', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const port = portOf(probe);
    probe.close();
    await once(probe, 'close');

    const dialled = dialContainer({ ip: '127.0.0.1', port }, 10_000);
    await pause(60);
    const server = createServer().listen(port, '127.0.0.1');
    onTestFinished(() => {
      server.close();
    });

    const socket = await dialled;
    expect(socket.remotePort).toBe(port);
    socket.destroy();
  });

  it('SANDBOX_DIAL_FAILED: gives up when patience is over', async () => {
    const dialled = dialContainer({ ip: '127.0.0.1', port: 1 }, 60);

    await expect(dialled).rejects.toMatchObject({ code: 'SANDBOX_DIAL_FAILED' });
  });
});
