import type { ImageRecord } from '../engine/contract.ts';
import type { Clock } from '../host/clock.ts';
import type { Digest } from '../kernel/digest.ts';
import type { Platform } from '../kernel/platform.ts';
import type { Manifest, Repository } from '../registry/contract.ts';
import { RegistryError } from '../registry/errors.ts';
import { ShipError } from './errors.ts';
import { followChain } from './image-chain.ts';
import type { LayerReading } from './layer-diff.ts';
import type { PackedImage } from './packed-image.ts';
import { keepPacked } from './packed-record.ts';
import { findManifest, type PlatformManifest } from './platform-manifest.ts';
import { sourceInRepository } from './repository-source.ts';

export interface PushedImageOptions extends LayerReading {
  readonly repository: Repository;
  readonly image: Pick<ImageRecord, 'id' | 'diffIds'>;
  /** What the id of an image is the digest of: its config, or, on a containerd store, its manifest or index. */
  readonly idOf: 'config' | 'manifest';
  readonly platform: Platform;
  readonly clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
  /** How long what an engine pushed may take to be readable. @default 30 seconds */
  readonly readBackMs?: number | undefined;
}

const READ_BACK_MS = 30_000;

/**
 * Reads back what an engine says it pushed, down to the layers: an engine's word proves nothing. Layers are hashed
 * as they come and not kept; one that is known is not fetched.
 * @throws {RegistryError} DIGEST_MISMATCH when the registry does not have it, or has other bytes
 * @throws {ShipError} IDENTITY_BROKEN when it is another image than the one that was tested
 */
export async function readPushedImage(
  named: Digest,
  options: PushedImageOptions,
): Promise<PackedImage> {
  const { image, idOf, platform, repository, store } = options;
  const root = await readBack(named, options);
  const source = sourceInRepository(repository, root);
  const manifest = await findManifest(source, { platform });
  refuseAnother(manifest, { named, image, idOf });
  const { configBytes, ...parts } = await followChain(source, manifest, {
    ...options,
    diffIds: image.diffIds,
  });
  await store.write([manifest.bytes]);
  await store.write([configBytes]);
  const packed: PackedImage = { imageId: image.id, origin: 'pushed', ...parts };
  await keepPacked(store, packed, repository.address.repository);
  return packed;
}

/** Some registries show what was written only after a while. */
async function readBack(named: Digest, options: PushedImageOptions): Promise<Manifest> {
  const { repository, clock, signal, readBackMs = READ_BACK_MS } = options;
  const endsAtMs = clock.monotonicMs() + readBackMs;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 2000)) {
    const found = await repository.manifests.read(named);
    if (found !== undefined) return found;
    if (clock.monotonicMs() + pauseMs > endsAtMs)
      throw new RegistryError(
        'DIGEST_MISMATCH',
        `The engine says that it pushed ${named}, and ${repository.address.repository} serves nothing there`,
        { details: { expected: named, found: 'nothing' } },
      );
    await clock.sleep(pauseMs, signal);
  }
}

function refuseAnother(
  manifest: PlatformManifest,
  { named, image, idOf }: { readonly named: Digest } & Pick<PushedImageOptions, 'image' | 'idOf'>,
): void {
  const found = idOf === 'config' ? manifest.document.config?.digest : named;
  if (found === image.id) return;
  throw new ShipError(
    'IDENTITY_BROKEN',
    `the engine pushed ${named}, whose ${idOf} is ${String(found)}, and ${image.id} was tested`,
  );
}
