import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import type { Manifest, Repository } from '../registry/contract.ts';
import { childrenOf } from '../registry/index-children.ts';
import { parseManifest } from '../registry/manifest-document.ts';
import type { WireManifest } from '../registry/wire.ts';

/** Which commit an image says it was made from. */
export interface ImageOrigin {
  /** Time of the commit, ISO 8601. Absent when the image does not say, or says no time. */
  readonly committedAt?: string | undefined;
  /** The commit. */
  readonly revision?: string | undefined;
}

const MAX_CONFIG_BYTES = 4 * 1024 ** 2;

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md */
const configSchema = z.object({
  config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
});

/** Reads the labels of an image; of a list of images those of the first. What does not say gives nothing. */
export async function readImageOrigin(
  repository: Repository,
  manifest: Manifest,
): Promise<ImageOrigin> {
  const document = documentOf(manifest);
  // Attestations may stand before the images, and have no labels.
  const first = childrenOf(manifest)?.images[0];
  const child = first && (await repository.manifests.read(first.digest));
  const config = document?.config ?? (child && documentOf(child))?.config;
  if (config === undefined || config.size > MAX_CONFIG_BYTES) return {};
  const contents = await repository.blobs.read(config.digest, MAX_CONFIG_BYTES);
  return contents === undefined ? {} : parseOrigin(await buffer(contents.stream));
}

function documentOf(manifest: Manifest): WireManifest | undefined {
  const parsed = parseManifest(manifest.bytes, manifest.mediaType);
  return parsed.ok ? parsed.document : undefined;
}

function parseOrigin(bytes: Uint8Array): ImageOrigin {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString());
  } catch {
    // A config that is no JSON says nothing of where it comes from.
    return {};
  }
  const labels = configSchema.safeParse(json).data?.config?.Labels ?? {};
  const created = labels['org.opencontainers.image.created'];
  const revision = labels['org.opencontainers.image.revision'];
  return {
    ...(created === undefined || Number.isNaN(Date.parse(created))
      ? {}
      : { committedAt: new Date(created).toISOString() }),
    ...(revision === undefined ? {} : { revision }),
  };
}
