import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { z } from 'zod';
import { packEntries, type LayerEntry } from '../../engine/image-archive.ts';
import { digestOf, hexOf, type Digest } from '../../kernel/digest.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../../registry/media-types.ts';

/** An OCI image layout in the making: what an engine with a containerd store saves, from bytes. */
export interface SampleLayout {
  /** Digest to bytes. A test may break them. */
  readonly blobs: Map<Digest, Buffer>;
  /** What `index.json` lists. */
  readonly entries: SampleEntry[];
}

export interface SampleEntry {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly platform?: { readonly os: string; readonly architecture: string } | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export interface SampleImage {
  readonly entry: SampleEntry;
  readonly config: Digest;
  readonly diffIds: readonly Digest[];
  readonly layers: readonly Digest[];
}

export interface SampleImageOptions {
  /** @default amd64 */
  readonly architecture?: string | undefined;
  /** One layer with one file each. @default one */
  readonly contents?: readonly string[] | undefined;
  /** @default gzip, by OCI's name */
  readonly layerType?: string | undefined;
  /** @default OCI's */
  readonly manifestType?: string | undefined;
  /** What the config says that the layers unpack to. @default the truth */
  readonly diffIds?: readonly Digest[] | undefined;
}

export function createLayout(): SampleLayout {
  return { blobs: new Map(), entries: [] };
}

/** Adds an image without listing it anywhere. */
export async function addImage(
  layout: SampleLayout,
  options: SampleImageOptions = {},
): Promise<SampleImage> {
  const { architecture = 'amd64', contents = ['contents'] } = options;
  const layerType = options.layerType ?? 'application/vnd.oci.image.layer.v1.tar+gzip';
  const manifestType = options.manifestType ?? OCI_MANIFEST;
  const tars = await Promise.all(contents.map(async (text) => await packEntries([fileOf(text)])));
  const diffIds = options.diffIds ?? tars.map((tar) => digestOf(tar));
  const layers = tars.map((tar) => addBlob(layout, layerType, compress(tar, layerType)));
  const config = addBlob(
    layout,
    'application/vnd.oci.image.config.v1+json',
    Buffer.from(
      JSON.stringify({
        architecture,
        os: 'linux',
        config: {},
        rootfs: { type: 'layers', diff_ids: diffIds },
      }),
    ),
  );
  const manifest = { schemaVersion: 2, mediaType: manifestType, config, layers };
  const entry = addBlob(layout, manifestType, Buffer.from(JSON.stringify(manifest)));
  return {
    entry: { ...entry, platform: { os: 'linux', architecture } },
    config: config.digest,
    diffIds,
    layers: layers.map(({ digest }) => digest),
  };
}

/** What BuildKit puts beside an image in its index. */
export function addAttestation(layout: SampleLayout, image: SampleImage): SampleEntry {
  const layer = addBlob(
    layout,
    'application/vnd.in-toto+json',
    Buffer.from(JSON.stringify({ subject: image.entry.digest })),
  );
  const config = addBlob(
    layout,
    'application/vnd.oci.image.config.v1+json',
    Buffer.from(
      `{"architecture":"unknown","os":"unknown","config":{},"rootfs":{"type":"layers","diff_ids":["${layer.digest}"]}}`,
    ),
  );
  const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [layer] };
  return {
    ...addBlob(layout, OCI_MANIFEST, Buffer.from(JSON.stringify(manifest))),
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: {
      'vnd.docker.reference.digest': image.entry.digest,
      'vnd.docker.reference.type': 'attestation-manifest',
    },
  };
}

export function addIndex(layout: SampleLayout, manifests: readonly SampleEntry[]): SampleEntry {
  const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests };
  return addBlob(layout, OCI_INDEX, Buffer.from(JSON.stringify(index)));
}

/** In the order of names, as containerd writes it: blobs come before what lists them. */
export async function openTar({ blobs, entries }: SampleLayout): Promise<Readable> {
  const files: LayerEntry[] = [
    ...[...blobs].map(([digest, contents]) => ({
      path: `/blobs/sha256/${hexOf(digest)}`,
      contents,
    })),
    { path: '/index.json', contents: JSON.stringify({ schemaVersion: 2, manifests: entries }) },
    { path: '/oci-layout', contents: '{"imageLayoutVersion":"1.0.0"}' },
  ];
  return Readable.from([await packEntries(files.toSorted((a, b) => (a.path < b.path ? -1 : 1)))]);
}

function addBlob(layout: SampleLayout, mediaType: string, bytes: Buffer): SampleEntry {
  const digest = digestOf(bytes);
  layout.blobs.set(digest, bytes);
  return { mediaType, digest, size: bytes.length };
}

function compress(tar: Buffer, layerType: string): Buffer {
  if (layerType.endsWith('gzip')) return gzipSync(tar);
  return layerType.endsWith('zstd') ? zstdCompressSync(tar) : tar;
}

function fileOf(text: string): LayerEntry {
  return { path: '/file', contents: text };
}

/** An engine's `save` tar as a store of containerd would hold the image: in an index, with an attestation beside it. */
export async function toStoredImage(
  saved: Readable,
): Promise<{ readonly id: Digest; readonly manifest: Digest; readonly tar: Buffer }> {
  const files = new Map<string, Buffer>();
  const tar = extract();
  saved.pipe(tar);
  for await (const entry of tar) files.set(entry.header.name, await buffer(entry));
  const [described] = savedSchema.parse(JSON.parse(String(files.get('manifest.json'))));
  const layout = createLayout();
  const config = addBlob(
    layout,
    'application/vnd.oci.image.config.v1+json',
    files.get(described.Config) ?? Buffer.of(),
  );
  const layerType = 'application/vnd.oci.image.layer.v1.tar+gzip';
  const layers = described.Layers.map((name) =>
    addBlob(layout, layerType, gzipSync(files.get(name) ?? Buffer.of(), { level: 1 })),
  );
  const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers };
  const entry = addBlob(layout, OCI_MANIFEST, Buffer.from(JSON.stringify(manifest)));
  const image = { entry, config: config.digest, diffIds: [], layers: [] };
  const platform = { os: 'linux', architecture: architectureOf(layout.blobs.get(config.digest)) };
  const index = addIndex(layout, [{ ...entry, platform }, addAttestation(layout, image)]);
  layout.entries.push(index);
  return { id: index.digest, manifest: entry.digest, tar: await buffer(await openTar(layout)) };
}

/** @see https://github.com/moby/docker-image-spec/blob/v1.3.1/spec.md#combined-image-json--filesystem-changeset-format */
const savedSchema = z.tuple([z.object({ Config: z.string(), Layers: z.array(z.string()) })]);

function architectureOf(config: Buffer | undefined): string {
  return z.object({ architecture: z.string() }).parse(JSON.parse(String(config))).architecture;
}
