/**
 * `seatrial/registry`: a client for OCI registries that pushes, resumes, reads back and cannot be fooled, and a
 * registry on a folder to test against. See `docs/registry-client.md`.
 */
export { openRepository } from './client/open-repository.ts';
export type {
  BlobContents,
  Blobs,
  BlobSource,
  Credential,
  CredentialSource,
  Descriptor,
  Manifest,
  ManifestHead,
  Manifests,
  ManifestUpload,
  PutResult,
  RegistryLimits,
  RegistryTrust,
  Repository,
  RepositoryAddress,
  RepositoryOptions,
  Tags,
  UploadResult,
} from './contract.ts';

export {
  dockerCredentials,
  type DockerCredentialsOptions,
} from './credentials/docker-credentials.ts';
export {
  anonymous,
  givenCredentials,
  type GivenCredential,
} from './credentials/given-credentials.ts';
export { Secret } from '../kernel/secret.ts';

export { bytesBlob, emptyBlob, emptyDescriptor, fileBlob, remoteBlob } from './blob-sources.ts';
export { documentOf, type ManifestDocument } from './document-of.ts';
export { putCompleteManifest, type CompleteManifest } from './put-complete-manifest.ts';
export { attachArtifacts, type AttachOptions } from './attach-artifacts.ts';

export {
  DOCKER_LIST,
  DOCKER_MANIFEST,
  isIndexType,
  OCI_EMPTY,
  OCI_INDEX,
  OCI_MANIFEST,
} from './media-types.ts';
export { digestOf, isDigest, type Digest } from '../kernel/digest.ts';
export {
  isTag,
  parseReference,
  renderReference,
  renderRepository,
  type ImageReference,
  type Reading,
  type RepositoryName,
} from '../kernel/image-reference.ts';
export { RegistryError, type RegistryErrorCode } from './errors.ts';

export {
  serveRegistry,
  type ServedRegistry,
  type ServeRegistryOptions,
} from './embedded/serve-registry.ts';
export {
  createFaults,
  type Endpoint,
  type Fault,
  type FaultAction,
  type Faults,
} from './embedded/faults.ts';
export type { ServedRequest } from './embedded/handler-options.ts';
