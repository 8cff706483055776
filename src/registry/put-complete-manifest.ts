import type {
  BlobSource,
  ManifestUpload,
  PutResult,
  Repository,
  UploadResult,
} from './contract.ts';
import { RegistryError } from './errors.ts';

export interface CompleteManifest extends ManifestUpload {
  /** Everything that the manifest names. */
  readonly blobs: readonly BlobSource[];
  /** Told of each blob once the registry has it. */
  readonly onBlob?: ((blob: BlobSource, how: UploadResult['how']) => void) | undefined;
}

const ATTEMPTS = 4;
const MISSING_BLOB = new Set(['MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN']);

/**
 * Uploads what a manifest names, then the manifest. A registry that has lost a blob meanwhile, to its garbage
 * collection or to another writer of the same blob, gets it once more.
 * @throws {RegistryError} MANIFEST_INCOMPLETE when it still misses one
 */
export async function putCompleteManifest(
  repository: Repository,
  manifest: CompleteManifest,
): Promise<PutResult> {
  for (let attempt = 1; ; attempt += 1) {
    await Promise.all(
      manifest.blobs.map(async (blob) => {
        const { how } = await repository.blobs.upload(blob);
        if (attempt === 1) manifest.onBlob?.(blob, how);
      }),
    );
    try {
      return await repository.manifests.put(manifest);
    } catch (error) {
      if (attempt === ATTEMPTS || !missesBlob(error)) throw error;
    }
  }
}

/**
 * Whether a registry refused a manifest for something that it names and that is not there. CNCF Distribution names
 * another trouble first, so that the error's own code does not tell.
 */
export function missesBlob(error: unknown): boolean {
  if (!(error instanceof RegistryError)) return false;
  const codes: unknown = error.details['codes'];
  return Array.isArray(codes) && codes.some((code) => MISSING_BLOB.has(String(code)));
}
