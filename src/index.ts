/**
 * The library. Everything else is internal and may change between versions.
 *
 * - `defineConfig` gives `seatrial.config.ts` its types.
 * - `openRepository` is a registry client that reads back what it wrote.
 * - `serveRegistry` serves a folder as an OCI registry.
 */
export { defineConfig } from './config/define-config.ts';
export type { ConfigInput } from './config/schema.ts';
export type {
  BlobSource,
  Credential,
  CredentialSource,
  Descriptor,
  Manifest,
  ManifestUpload,
  Repository,
  RepositoryOptions,
} from './registry/contract.ts';
export { openRepository } from './registry/client/open-repository.ts';
export {
  serveRegistry,
  type ServedRegistry,
  type ServeRegistryOptions,
} from './registry/embedded/serve-registry.ts';
export { AppError } from './kernel/errors.ts';
