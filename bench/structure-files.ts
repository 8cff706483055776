import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { bundle } from '../scripts/bundle.ts';
import { connectEngine } from '../src/engine/connect.ts';
import type { LayerEntry } from '../src/engine/image-archive.ts';
import { processEnvironment } from '../src/host/environment.ts';
import type { Benchmark } from './benchmark.ts';
import { loadLargeImage } from './rig/large-image.ts';
import { startedContainers } from './rig/started-containers.ts';
import { temporaryFolder } from './rig/temporary-folder.ts';
import { median, ms } from './stopwatch.ts';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '..');
const IMAGE_BYTES = 300_000_000;
const ROUNDS = 9;
const FILES = 22;
/** Most of a container-structure-test file is about files that are there: existence, mode, owner, content. */
const TESTS = 50;
const MOST_MEMORY_MB = 150;

const judgedSchema = z.object({
  timesMs: z.array(z.number()),
  verdicts: z.array(z.string()),
  peakKb: z.number(),
});

export const structureFiles: Benchmark = {
  name: 'structure-files',
  figure: `${TESTS} tests of files, contents and metadata of a 300 MB image, and no container started`,
  unit: 'ms',
  limit: { atMost: 500 },
  async run() {
    await using folder = await temporaryFolder('structure');
    await writeFile(join(folder.path, 'tests.yaml'), testFile());
    const program = join(folder.path, 'program');
    const entries = {
      main: 'bench/rig/judge-structure.ts',
      'engine/watchdog-main': 'src/engine/watchdog-main.ts',
    };
    await bundle(root, program, { entries });
    await writeFile(join(program, 'package.json'), '{ "type": "module" }');
    const engine = await connectEngine({ env: processEnvironment() });
    await using image = await loadLargeImage(engine, IMAGE_BYTES, {
      entries: fileEntries(),
      config,
    });
    const runId = `bench-${randomBytes(6).toString('hex')}`;
    const since = new Date().toISOString();
    const argv = [image.record.id, folder.path, runId, String(ROUNDS)];
    const { stdout } = await execute(process.execPath, [join(program, 'main.js'), ...argv]);
    const { timesMs, verdicts, peakKb } = judgedSchema.parse(JSON.parse(stdout));
    const started = await startedContainers(runId, { since, until: new Date().toISOString() });
    if (started !== 0) throw new Error(`${started} containers were started`);
    const open = verdicts.filter((verdict) => !verdict.startsWith('pass '));
    if (open.length > 0 || verdicts.length !== TESTS)
      throw new Error(`not every test passed: ${open.join('\n')}`);
    const memoryMb = peakKb / 1000;
    if (memoryMb > MOST_MEMORY_MB)
      throw new Error(`${memoryMb} MB are more than ${MOST_MEMORY_MB}`);
    return {
      value: median(timesMs),
      parts: {
        fastest: ms(Math.min(...timesMs)),
        'in a process that has just started': ms(timesMs[0] ?? 0),
        'most memory ever resident': `${memoryMb.toFixed(0)} MB`,
      },
    };
  },
};

const config = { Env: ['PATH=/bin'], User: '1000', ExposedPorts: { '80/tcp': {} } };

/** As an application has them: settings here, programs there, each with an owner. */
function pathOf(index: number): string {
  const folders = ['/etc/app', '/opt/app/bin', '/usr/share/app/data', '/var/lib/app'];
  return `${folders[index % folders.length] ?? ''}/file-${index}`;
}

function fileEntries(): readonly LayerEntry[] {
  return Array.from({ length: FILES }, (_, index) => ({
    path: pathOf(index),
    contents: `setting ${index} = on\n`.repeat(50),
    mode: 0o640,
    uid: 1000 + index,
  }));
}

function testFile(): string {
  const numbers = Array.from({ length: FILES }, (_, index) => index);
  const existing = numbers.map(
    (index) =>
      `- { name: e${index}, path: ${pathOf(index)}, permissions: -rw-r-----, uid: ${1000 + index} }`,
  );
  const contents = numbers.map(
    (index) =>
      `- { name: c${index}, path: ${pathOf(index)}, expectedContents: ['(?m)^setting ${index} = on$'], excludedContents: [off] }`,
  );
  const others = ['/data.bin', '/etc/app', '/opt/app/bin', '/etc/hosts'];
  return `schemaVersion: '2.0.0'
fileExistenceTests:
${existing.join('\n')}
${others.map((path) => `- { name: ${path}, path: ${path} }`).join('\n')}
- { name: absent, path: /usr/bin/gcc, shouldExist: false }
fileContentTests:
${contents.join('\n')}
metadataTest: { user: '1000', exposedPorts: ['80'], unexposedPorts: ['22'], entrypoint: [], envVars: [{ key: PATH, value: /bin }] }
`;
}
