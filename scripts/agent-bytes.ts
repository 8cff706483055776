import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Writes the agent's bytes into the source, so that a package has them and needs no compiler. Needs both compilers:
 *   apt-get install gcc gcc-aarch64-linux-gnu
 *   node scripts/agent-bytes.ts
 */
const root = join(import.meta.dirname, '..');
const architectures = { amd64: 'x86_64', arm64: 'aarch64' } as const;

const folder = await mkdtemp(join(tmpdir(), 'seatrial-agent-'));
execFileSync(join(root, 'scripts', 'build-agent.sh'), [folder], { stdio: 'inherit' });
const entries = await Promise.all(
  Object.entries(architectures).map(async ([architecture, prefix]) => {
    const bytes = await readFile(join(folder, `agent-${architecture}`));
    const compiler = execFileSync(`${prefix}-linux-gnu-gcc`, ['-dumpfullversion'], {
      encoding: 'utf8',
    });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return `  ${architecture}: {
    compiler: 'gcc ${compiler.trim()}',
    sha256: '${sha256}',
    base64: '${bytes.toString('base64')}',
  },`;
  }),
);
await rm(folder, { recursive: true });
await writeFile(
  join(root, 'src', 'sandbox', 'remote', 'agent-bytes.ts'),
  `/** The agent as it was built from \`agent/agent.c\` by \`scripts/agent-bytes.ts\`; a test builds it again. */
export const agentBytes = {
${entries.join('\n')}
} as const;
`,
);
