import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { processEnvironment } from '../../host/environment.ts';
import { runProcess } from '../../host/process.ts';
import { digestOf } from '../../kernel/digest.ts';
import { Secret } from '../../kernel/secret.ts';
import { connectEngine } from '../connect.ts';
import { startFakeEngine } from '../fixtures/fake-engine.ts';

const env = {};
const digest = digestOf('manifest');
const pushed = { repository: 'registry.example:5000/team/app', tag: 'x', auth: new Secret('e30') };

function linesOf(...lines: readonly object[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\r\n`).join('');
}

test('a push names the tag, carries the login in its header, and gives the digest that the engine names', async () => {
  const seen: { url?: string | undefined; auth?: unknown }[] = [];
  await using fake = await startFakeEngine((request, response) => {
    seen.push({ url: request.url, auth: request.headers['x-registry-auth'] });
    response.end(
      linesOf(
        { status: 'The push refers to repository [x]' },
        { progressDetail: {}, aux: { Tag: 'other', Digest: digestOf('other'), Size: 1 } },
        { progressDetail: {}, aux: { Tag: 'x', Digest: digest, Size: 528 } },
      ),
    );
  });
  const engine = await connectEngine({ env, host: fake.host });

  const named = await engine.images.push(pushed);

  expect(named).toBe(digest);
  expect(seen).toEqual([
    { url: '/v1.41/images/registry.example%3A5000/team/app/push?tag=x', auth: 'e30' },
  ]);
});

test.each([
  [
    'fails in the middle',
    linesOf(
      { status: 'Preparing' },
      { errorDetail: { message: 'denied: no' }, error: 'denied: no' },
    ),
    'The engine could not push registry.example:5000/team/app:x: denied: no',
  ],
  ['names no digest', linesOf({ status: 'done' }), 'it named no digest'],
  ['names no real digest', linesOf({ aux: { Tag: 'x', Digest: 'sha256:../../x' } }), 'no digest'],
])('a push that %s: ENGINE_PUSH_FAILED', async (_, body, message) => {
  await using fake = await startFakeEngine((_request, response) => response.end(body));
  const engine = await connectEngine({ env, host: fake.host });

  const pushing = engine.images.push(pushed);

  await expect(pushing).rejects.toMatchObject({ code: 'ENGINE_PUSH_FAILED', exitCode: 3 });
  await expect(pushing).rejects.toThrow(message);
});

test('the debug log of the engine client, which prints every request, shows no login', async () => {
  const { exitCode, output } = await runProcess(
    process.execPath,
    [fileURLToPath(new URL('../fixtures/push-once.ts', import.meta.url))],
    { env: { ...processEnvironment(), DEBUG: '*' } },
  );

  expect(exitCode, output).toBe(0);
  expect(output).toContain('the login was sent');
  expect(output).toContain('/images/app/push');
  expect(output).not.toContain('the-login');
});
