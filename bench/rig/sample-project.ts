import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { connectEngine } from '../../src/engine/connect.ts';
import type { Engine, ImageRecord } from '../../src/engine/contract.ts';
import { processEnvironment } from '../../src/host/environment.ts';
import { endOfStep, runAndRead } from './command.ts';
import { filesBelow, noise, noiseAndDigits, programs } from './sample-data.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A project whose one image has been built and has passed its checks. */
export interface SampleProject extends AsyncDisposable {
  readonly folder: string;
  readonly engine: Engine;
  readonly record: ImageRecord;
}

/** Id of its step that ships. */
export const SHIP_STEP = 'ship:big';
export const REPOSITORY = 'seatrial-bench/big';

const MB = 1_000_000;
const nodeModules = join(import.meta.dirname, '..', '..', 'node_modules');

type Layers = Readonly<Record<string, () => AsyncIterable<Buffer> | Iterable<Buffer>>>;

/** What there is in most images: a runtime, libraries, and data that is compressed already. */
const small: Layers = {
  runtime: () => programs(100 * MB, [process.execPath]),
  libraries: () => programs(80 * MB, filesBelow(nodeModules)),
  data: () => noise(18 * MB, randomBytes(16)),
};

/** By what they are called in figures; each has a layer of 2 MB besides. */
const sizes = {
  '200 MB in four layers': small,
  '500 MB in five layers': {
    ...small,
    data: () => noise(118 * MB, randomBytes(16)),
    records: () => noiseAndDigits(200 * MB, randomBytes(16)),
  },
} as const satisfies Record<string, Layers>;

function dockerfileOf(layers: Layers): string {
  return [
    'FROM scratch',
    'COPY busybox /bin/busybox',
    ...Object.keys(layers).map((name) => `COPY ${name}.bin /opt/${name}.bin`),
    'CMD ["/bin/busybox", "true"]',
    '',
  ].join('\n');
}

/** Nobody else has this label, and with it nobody has this image. */
function config(id: string): string {
  return `
project: bench
images:
  big:
    context: image
    labels: { seatrial.bench: '${id}' }
    ready: { exit: 0 }
    suites: { behaviour: { only: [starts] } }
    ship: { repository: ${REPOSITORY}, tags: ['1', stable] }
`;
}

export async function createSampleProject(
  size: keyof typeof sizes = '200 MB in four layers',
): Promise<SampleProject> {
  const folder = await temporaryFolder('project');
  try {
    await fill(folder.path, sizes[size]);
    const events = await runAndRead(['test'], { folder: folder.path });
    const engine = await connectEngine({ env: processEnvironment() });
    const record = await engine.images.inspect(endOfStep(events, 'build:big').imageId ?? '');
    if (record === undefined) throw new Error('the image was built and is not on the engine');
    return {
      folder: folder.path,
      engine,
      record,
      [Symbol.asyncDispose]: async () => {
        // By its name: without a name left, its layers go as well.
        for (const tag of record.tags) await engine.images.remove(tag);
        await folder[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}

async function fill(folder: string, layers: Layers): Promise<void> {
  const inImage = (name: string): string => join(folder, 'image', name);
  await mkdir(dirname(inImage('Dockerfile')), { recursive: true });
  await writeFile(join(folder, 'seatrial.yaml'), config(randomBytes(6).toString('hex')));
  await writeFile(inImage('Dockerfile'), dockerfileOf(layers));
  await copyFile('/bin/busybox', inImage('busybox'));
  for (const [name, open] of Object.entries(layers))
    await pipeline(Readable.from(open()), createWriteStream(inImage(`${name}.bin`)));
}
