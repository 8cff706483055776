import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { generateKeys, loadSigningKey } from '../src/evidence/keys.ts';
import { createKeySigner } from '../src/evidence/signer.ts';
import { predicateTypes } from '../src/evidence/statement.ts';
import { attach, pushImage } from '../src/evidence/testing/attached.ts';
import { makeStatement } from '../src/evidence/testing/sample-evidence.ts';
import { hexOf } from '../src/kernel/digest.ts';
import { openRepository } from '../src/registry/client/open-repository.ts';
import { startCncfRegistry } from '../src/registry/testing/cncf-registry.ts';
import { startFaultyRegistry } from '../src/registry/testing/faulty-registry.ts';
import { blocksOf } from './docs/markdown.ts';

const page = await readFile(join(import.meta.dirname, '../docs/evidence.md'), 'utf8');
const script =
  blocksOf(page)
    .find(({ info }) => info === 'sh by-hand')
    ?.lines.join('\n') ?? '';

interface Checked {
  readonly exitCode: number | null;
  readonly output: string;
}

async function check(
  folder: string,
  variables: Readonly<Record<string, string>>,
): Promise<Checked> {
  const shell = spawn('sh', ['-euc', script], {
    cwd: folder,
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await Promise.all([text(shell.stdout), once(shell, 'close')]);
  return { exitCode: shell.exitCode, output };
}

describe('what the page says of checking without Seatrial', () => {
  test.each([
    ['the embedded registry', startFaultyRegistry],
    ['CNCF Distribution', startCncfRegistry],
  ])('holds on %s, and fails with another key', async (_, start) => {
    await using server = await start();
    await using repository = openRepository({ repository: `${server.host}/app`, env: {} });
    const folder = await mkdtemp(join(tmpdir(), 'seatrial-by-hand-'));
    try {
      const { keyFile, publicFile } = await generateKeys(join(folder, 'release'));
      const other = await generateKeys(join(folder, 'other'));
      const key = await loadSigningKey({ SEATRIAL_KEY: keyFile }, folder);
      const image = await pushImage(repository);
      const bundle = key && (await createKeySigner(key).sign(makeStatement(image.digest)));
      const { digests } = await attach(repository, image, [
        {
          bundle: bundle ?? '',
          predicateType: predicateTypes.testResult,
          createdAt: '2026-11-24T10:15:30.000Z',
        },
      ]);
      const variables = {
        REGISTRY: `http://${server.host}`,
        NAME: 'app',
        ATTESTATION: digests[0] ?? '',
      };

      const right = await check(folder, { ...variables, KEY: publicFile });
      const wrong = await check(folder, { ...variables, KEY: other.publicFile });

      expect(right.exitCode).toBe(0);
      expect(right.output).toContain('Verified OK');
      expect(right.output).toContain(`"sha256":"${hexOf(image.digest)}"`);
      expect(right.output).toContain('"result":"PASSED"');
      expect(wrong.exitCode).not.toBe(0);
      expect(wrong.output).not.toContain('"result"');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
