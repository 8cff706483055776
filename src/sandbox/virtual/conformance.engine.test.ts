import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { connectEngine } from '../../engine/connect.ts';
import { buildScratchImage } from '../../engine/testing/scratch-image.ts';
import { processEnvironment } from '../../host/environment.ts';
import { isSoak } from '../../host/testing/soak.ts';
import { features } from './testing/features.ts';
import { dockerCommands, openTestSession } from './testing/open-session.ts';

const engine = await connectEngine({ env: processEnvironment() });
const image = await buildScratchImage(engine, {
  command: ['/bin/sleep', '1000'],
  stopSignal: 'SIGKILL',
});
afterAll(() => image[Symbol.asyncDispose]());

it('has at least eighty features', () => {
  expect(features.length).toBeGreaterThanOrEqual(80);
  expect(dockerCommands.length).toBeGreaterThan(0);
});

/** Each command line in a session of its own; without soak they take turns in one, so that each feature is tried once. */
const tried = features.filter((feature) => isSoak || feature.isSoak !== true);
const runs = isSoak ? dockerCommands.map((command) => [command]) : [dockerCommands];

describe.each(runs.map((commands) => ({ commands })))('docker: $commands', ({ commands }) => {
  const session = openTestSession(engine);
  const port = freePort();
  afterAll(async () => {
    await (await session)[Symbol.asyncDispose]();
  });

  it.each(tried.map((feature, index) => ({ ...feature, index })))(
    '$name',
    async ({ script, prints, index }) => {
      const { shell, temporary } = await session;

      const { stdout, output } = await shell(script, {
        d: commands[index % commands.length] ?? '',
        k: dockerCommands[0] ?? '',
        IMAGE: image.ref,
        PORT: String(await port),
        TMP: temporary,
      });

      expect(stdout.trimEnd() || output.trimEnd(), output).toMatch(prints);
    },
  );
});

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
