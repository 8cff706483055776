import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { copyCheckout } from './docs/checkout-copy.ts';
import { tourCommands } from './docs/markdown.ts';
import { keepMadeExample } from './e2e/example-project.ts';

const root = join(import.meta.dirname, '..');

it('runs every command of the tour in the README, in order, in a fresh copy', async () => {
  const commands = tourCommands(await readFile(join(root, 'README.md'), 'utf8'));
  await using copy = await copyCheckout(root);
  const port = await freePort();
  // One shell for all: a `cd` holds for what follows. Each command says its number before it starts.
  const script = commands.map((command, index) => `echo "::tour ${String(index)}"\n${command}`);
  await writeFile(join(copy.folder, '..', 'tour.sh'), `set -eu\n${script.join('\n')}\n`);

  try {
    let kept: Promise<void> | undefined;
    const { exitCode, output } = await runShell(join(copy.folder, '..', 'tour.sh'), {
      cwd: copy.folder,
      port,
      // The example is whole by then, and other tests need it.
      onText: (text) => {
        if (text.includes('::tour 1\n'))
          kept ??= keepMadeExample(join(copy.folder, 'examples', 'dynamodb'));
      },
    });
    await kept;

    const reached = Number([...output.matchAll(/^::tour (\d+)$/gmu)].at(-1)?.[1]);
    expect(commands.length).toBeGreaterThan(0);
    expect(exitCode, `"${commands[reached] ?? ''}" failed:\n${output}`).toBe(0);
    expect(reached).toBe(commands.length - 1);
  } finally {
    await runShell('scripts/clean.sh', { cwd: copy.folder, port });
  }
});

interface ShellResult {
  readonly exitCode: number | null;
  readonly output: string;
}

async function runShell(
  script: string,
  place: {
    readonly cwd: string;
    readonly port: number;
    readonly onText?: (text: string) => void;
  },
): Promise<ShellResult> {
  const child = spawn('sh', [script], {
    cwd: place.cwd,
    env: { ...process.env, SEATRIAL_REGISTRY_PORT: String(place.port), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pieces: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      pieces.push(text);
      place.onText?.(text);
    });
  }
  await once(child, 'close');
  return { exitCode: child.exitCode, output: pieces.join('') };
}

/** The registry of the tour must not meet the one of a person who works on this machine. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return address.port;
}
