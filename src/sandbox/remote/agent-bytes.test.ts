import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentBytes } from './agent-bytes.ts';

const root = join(import.meta.dirname, '..', '..', '..');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-agent-test-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe.each([
  ['amd64', 'x86_64', 62],
  ['arm64', 'aarch64', 183],
] as const)('the agent for %s', (architecture, prefix, machine) => {
  const { base64, sha256, compiler } = agentBytes[architecture];
  const { stdout: version } = spawnSync('sh', ['-c', `${prefix}-linux-gnu-gcc -dumpfullversion`], {
    encoding: 'utf8',
  });

  it('has the digest that stands beside it, and is of its architecture', () => {
    const bytes = Buffer.from(base64, 'base64');

    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    expect(bytes.readUInt16LE(18)).toBe(machine);
  });

  it.runIf(compiler === `gcc ${version.trim()}`)('is what its source makes', async () => {
    execFileSync(join(root, 'scripts', 'build-agent.sh'), [folder]);

    expect((await readFile(join(folder, `agent-${architecture}`))).toString('base64')).toBe(base64);
  });
});
