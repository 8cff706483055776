import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { digestOf } from '../src/kernel/digest.ts';
import type { Manifest, Repository } from '../src/registry/contract.ts';
import { OCI_INDEX } from '../src/registry/media-types.ts';
import {
  startFaultyRegistry,
  type FaultyRegistry,
} from '../src/registry/testing/faulty-registry.ts';
import {
  descriptorOf,
  manifestOf,
  uploadSampleImage,
} from '../src/registry/testing/sample-image.ts';
import { blocksOf } from './docs/markdown.ts';

const root = join(import.meta.dirname, '..');
const page = await readFile(join(root, 'docs', 'registry-client.md'), 'utf8');
const examples = new Map(
  page
    .split(/^## /mu)
    .map((section) => [section.split('\n')[0] ?? '', blocksOf(section)] as const)
    .flatMap(([heading, blocks]) =>
      blocks
        .filter(({ info }) => info === 'ts')
        .map(({ lines }) => [heading, lines.join('\n')] as const),
    ),
);

const ran: string[] = [];
let folder: string;
let registry: FaultyRegistry;
let mirror: FaultyRegistry;

/** Each example as a file that imports the package by its name, with registries and files that are there. */
beforeAll(async () => {
  [registry, mirror] = await Promise.all([startFaultyRegistry(), startFaultyRegistry()]);
  await mkdir(join(root, '.cache'), { recursive: true });
  folder = await mkdtemp(join(root, '.cache', 'registry-client-'));
  await writeFile(join(folder, 'rootfs.tar'), 'not empty');
  for (const [heading, text] of examples) {
    const real = text
      .replaceAll('registry.example', registry.host)
      .replaceAll('mirror.example', mirror.host)
      .replaceAll('rootfs.tar', join(folder, 'rootfs.tar'));
    await writeFile(pathOf(heading), real);
  }
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await Promise.all([registry[Symbol.asyncDispose](), mirror[Symbol.asyncDispose]()]);
});

describe('the examples of the page', () => {
  it('compile against the types of the package; what does not is noticed', async () => {
    await writeFile(
      join(folder, 'planted.ts'),
      "import { openRepository } from 'seatrial/registry';\nopenRepository({ repository: 1, env: {} });\n",
    );
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: '../../tsconfig.json', include: ['*.ts'] }),
    );
    const tsc = join(root, 'node_modules', '.bin', 'tsc');

    const compiling = promisify(execFile)(tsc, ['-p', folder], { cwd: folder });

    await expect(compiling).rejects.toMatchObject({
      stdout: expect.stringMatching(/^planted\.ts\(2,18\): error TS2322: [^\n]*\n$/u) as unknown,
    });
  });

  it('pull a manifest and what it names', async () => {
    const image = await pushImage();

    const printed = await run('Pull a manifest and what it names');

    expect(printed).toEqual([
      [image.digest, '1 layers'],
      [{ made: expect.any(String) as unknown }],
    ]);
  });

  it('push a blob and an image', async () => {
    const printed = await run('Push a blob and an image');

    const pushed = await app().manifests.read('1.0.0');
    expect(printed).toEqual([[`pushed ${String(pushed?.digest)}`]]);
    expect(await app().blobs.sizeOf(digestOf('not empty'))).toBe(9);
  });

  it('copy an image between registries, one of several platforms too', async () => {
    const index = manifestOf(
      { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [descriptorOf(await pushImage())] },
      OCI_INDEX,
    );
    await app().manifests.put({ ...index, reference: '1.0.0' });

    await run('Copy an image between registries');

    const copied = mirror.open({ repository: `${mirror.host}/app` });
    expect((await copied.manifests.read('1.0.0'))?.bytes).toEqual(index.bytes);
    expect(await copied.tags.list()).toEqual(['1.0.0']);
  });

  it('attach and list referrers', async () => {
    const image = await pushImage();

    const printed = await run('Attach and list referrers');

    const [listed] = await app().manifests.referrers(image.digest);
    expect(printed).toEqual([[listed?.digest, 'application/vnd.example.notes']]);
  });

  it('move a tag, and know that it moved', async () => {
    const image = await pushImage();

    const printed = await run('Move a tag, and know that it moved');

    expect(printed).toEqual([[`stable: new -> ${image.digest}`]]);
    expect((await app().manifests.read('stable'))?.digest).toBe(image.digest);
  });

  it('start a registry for tests', async () => {
    const printed = await run('A registry for tests');

    expect(printed).toEqual([[[]]]);
  });

  it('are all among those that ran here', () => {
    expect([...examples.keys()]).toEqual(ran);
    expect(page.match(/^```ts$/gmu)).toHaveLength(ran.length);
  });
});

/** What the example printed. */
async function run(heading: string): Promise<readonly (readonly unknown[])[]> {
  ran.push(heading);
  const log = vi.spyOn(console, 'log').mockReturnValue(undefined);
  try {
    await import(pathOf(heading));
    return log.mock.calls;
  } finally {
    log.mockRestore();
  }
}

function pathOf(heading: string): string {
  return join(folder, `${heading.toLowerCase().replaceAll(/[^a-z]+/gu, '-')}.ts`);
}

function app(): Repository {
  return registry.open({ repository: `${registry.host}/team/app` });
}

async function pushImage(): Promise<Manifest> {
  const image = await uploadSampleImage(app());
  await app().manifests.put({ ...image, reference: '1.0.0' });
  return image;
}
