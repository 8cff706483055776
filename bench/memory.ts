import { execFile } from 'node:child_process';
import { statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { bundle } from '../scripts/bundle.ts';
import { connectEngine } from '../src/engine/connect.ts';
import { processEnvironment } from '../src/host/environment.ts';
import type { Benchmark } from './benchmark.ts';
import { loadLargeImage } from './rig/large-image.ts';
import { startEmbeddedRegistry } from './rig/registries.ts';
import { temporaryFolder } from './rig/temporary-folder.ts';

const execute = promisify(execFile);
const IMAGE_BYTES = 2_000_000_000;
/** Once each in the engine, in what it saves meanwhile, in the store and in the registry; and some air. */
const NEEDED_BYTES = 6 * IMAGE_BYTES;
const MB_KB = 1000;
const root = join(import.meta.dirname, '..');

const peaksSchema = z.object({ startKb: z.number(), packedKb: z.number(), pushedKb: z.number() });

export const memory: Benchmark = {
  name: 'memory',
  figure: 'most memory ever resident while a 2 GB image is packed and pushed',
  unit: 'MB',
  limit: { atMost: 200 },
  async run() {
    await using folder = await temporaryFolder('memory');
    const { bavail, bsize } = await statfs(folder.path);
    if (bavail * bsize < NEEDED_BYTES)
      throw new Error(`${folder.path} needs ${NEEDED_BYTES} free bytes, and has ${bavail * bsize}`);
    const engine = await connectEngine({ env: processEnvironment() });
    await using registry = await startEmbeddedRegistry();
    await using image = await loadLargeImage(engine, IMAGE_BYTES);
    // As the command has it: taking types away takes 20 MB that no user ever sees, and libraries file by file as much.
    const program = join(folder.path, 'program');
    await bundle(root, program, { entries: { main: 'bench/rig/pack-and-push.ts' } });
    await writeFile(join(program, 'package.json'), '{ "type": "module" }');
    const startedAt = performance.now();
    const argv = [
      image.record.id,
      join(folder.path, 'store'),
      `${registry.host}/seatrial-bench/large`,
    ];
    const { stdout } = await execute(process.execPath, [join(program, 'main.js'), ...argv]);
    const seconds = (performance.now() - startedAt) / 1000;
    const { startKb, packedKb, pushedKb } = peaksSchema.parse(JSON.parse(stdout));
    return {
      value: pushedKb / MB_KB,
      parts: {
        'before the first byte': megabytes(startKb),
        'when packed': megabytes(packedKb),
        'when pushed': megabytes(pushedKb),
        time: `${seconds.toFixed(1)} s`,
      },
    };
  },
};

function megabytes(kb: number): string {
  return `${(kb / MB_KB).toFixed(0)} MB`;
}
