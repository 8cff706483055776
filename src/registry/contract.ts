import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import type { Clock } from '../host/clock.ts';
import type { Environment } from '../host/environment.ts';
import type { Digest } from '../kernel/digest.ts';
import type { Secret } from '../kernel/secret.ts';

/**
 * One repository of one registry, over the OCI Distribution protocol. Every method that talks to the
 * registry ends within the deadline of its options and may throw a `RegistryError`; codes in `errors.ts`.
 * Leaving its scope (`await using`) closes its connections.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md
 */
export interface Repository extends AsyncDisposable {
  readonly address: RepositoryAddress;
  /**
   * Proves that a registry answers there and lets us in. Every other method does it once by itself.
   * @throws {RegistryError} NOT_A_REGISTRY when the server does not speak the protocol,
   * REGISTRY_UNREACHABLE, REGISTRY_UNAUTHORIZED, REGISTRY_DENIED.
   */
  probe(): Promise<void>;
  readonly blobs: Blobs;
  readonly manifests: Manifests;
  readonly tags: Tags;
}

export interface RepositoryAddress {
  /** Registry with its port, as people write it: `docker.io`, `127.0.0.1:5000`. */
  readonly host: string;
  /** Path within the registry: `library/alpine`. */
  readonly name: string;
  /** `host/name`. */
  readonly repository: string;
}

export interface Blobs {
  /** Size in bytes; absent when this repository has no such blob. The registry's word: nothing is hashed. */
  sizeOf(digest: Digest): Promise<number | undefined>;
  /** Whether the registry now shares the blob from another of its repositories. No upload is left open. */
  mount(digest: Digest, fromRepository: string): Promise<boolean>;
  /**
   * Makes sure that the repository has the blob: asks, then mounts, then uploads, and asks again.
   * A broken upload goes on at the byte that the registry confirms.
   * @throws {RegistryError} UPLOAD_FAILED when it gave up, DIGEST_MISMATCH when the bytes of the source, or
   * those that the registry kept, are not those of the digest.
   */
  upload(source: BlobSource): Promise<UploadResult>;
  /**
   * The bytes; absent when there are none. The stream fails with DIGEST_MISMATCH at its end when they do
   * not hash to the digest: use what was read only after it ended well. With `maxBytes` it fails with
   * ANSWER_MALFORMED as soon as there are more.
   */
  read(digest: Digest, maxBytes?: number): Promise<BlobContents | undefined>;
}

export interface BlobSource {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** A fresh stream of the bytes from `offset` to the end. Called again after a broken connection. */
  open(offset: number): Readable;
  /** Names of other repositories of the same registry that may hold the blob. @default none */
  readonly mountFrom?: readonly string[] | undefined;
  /** Told how many bytes the registry has confirmed. */
  readonly onProgress?: ((confirmedBytes: number) => void) | undefined;
}

export interface UploadResult {
  readonly how: 'present' | 'mounted' | 'uploaded';
  /** Bytes that went over the wire, repeated ones included. */
  readonly sentBytes: number;
}

export interface BlobContents {
  readonly sizeBytes: number;
  readonly stream: Readable;
}

export interface Manifests {
  /** What the registry says about a tag or digest, unchecked; absent when there is none. */
  head(reference: string): Promise<ManifestHead | undefined>;
  /**
   * The exact bytes; absent when there is none. Hashed: by digest they are those of the digest.
   * @throws {RegistryError} DIGEST_MISMATCH, MANIFEST_INVALID when it is no manifest of a known type, is
   * ambiguous, or exceeds 4 MiB.
   */
  read(reference: string): Promise<Manifest | undefined>;
  /**
   * Writes the bytes under a tag or digest and reads them back over a fresh connection.
   * @throws {RegistryError} DIGEST_MISMATCH when the registry names, keeps or serves other bytes: `details`
   * has `expected` and `found` (a digest, or `nothing`).
   */
  put(manifest: ManifestUpload): Promise<PutResult>;
  /** Whether there was one and it is gone now. @throws {RegistryError} REGISTRY_UNSUPPORTED */
  remove(digest: Digest): Promise<boolean>;
  /**
   * Manifests whose subject is `digest`, from the referrers API and from the fallback tag, each once.
   * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
   */
  referrers(digest: Digest, artifactType?: string): Promise<readonly Descriptor[]>;
}

export interface ManifestHead {
  /** Absent when the registry does not say. */
  readonly digest?: Digest | undefined;
  readonly mediaType: string;
}

export interface Manifest {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly digest: Digest;
}

export interface ManifestUpload {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  /** Tag or digest. @default the digest of the bytes */
  readonly reference?: string | undefined;
  /**
   * Whether other writers may rightly replace it at once. It is then not read back here: whoever writes to
   * such a tag has to read what it holds, and to write again. @default false
   */
  readonly isContested?: boolean | undefined;
}

export interface PutResult {
  readonly digest: Digest;
  /** Whether the registry said that it indexes the subject of this manifest; false when it has none. */
  readonly isSubjectIndexed: boolean;
}

export interface Tags {
  /** In the registry's order; empty when the repository is unknown or has untagged manifests only. */
  list(): Promise<readonly string[]>;
  /** Whether there was one and it is gone now. @throws {RegistryError} REGISTRY_UNSUPPORTED */
  remove(tag: string): Promise<boolean>;
}

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly artifactType?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export interface RepositoryOptions {
  /** `[host[:port]/]path` without tag and digest, read as Docker reads it. */
  readonly repository: string;
  /** Proxy variables are read from it, and credentials when `credentials` is absent. */
  readonly env: Environment;
  /** @default Docker's and podman's files and helpers, see `credentials/docker-credentials.ts` */
  readonly credentials?: CredentialSource | undefined;
  /** Ends whatever is under way; open uploads are cancelled at the registry. */
  readonly signal?: AbortSignal | undefined;
  readonly limits?: Partial<RegistryLimits> | undefined;
  readonly trust?: Partial<RegistryTrust> | undefined;
  /** Told once about each `Warning` header and each doubtful credential file. @default dropped */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** @default the system's */
  readonly clock?: Clock | undefined;
  /** How host names become addresses. @default the system's */
  readonly lookup?: LookupFunction | undefined;
}

export interface RegistryLimits {
  /** For one method call, retries and waiting included. @default 30 minutes */
  readonly deadlineMs: number;
  /** To connect. @default 10 seconds */
  readonly connectMs: number;
  /** Between sending the last byte and the first byte of the answer, and between any two bytes. @default 60 seconds */
  readonly idleMs: number;
  /** How often one request is sent without progress. @default 6 */
  readonly attempts: number;
  /** First pause between two attempts; it doubles up to 30 times itself, with full jitter. @default 250 ms */
  readonly backoffMs: number;
  /** All waiting that `Retry-After` asks for during one method call. @default 2 minutes */
  readonly retryAfterMs: number;
  /** How long a written manifest may take to be readable. @default 30 seconds */
  readonly readBackMs: number;
  /** Size of one PATCH. @default 16 MiB */
  readonly chunkBytes: number;
  /** Uploads at the same time. @default 4 */
  readonly uploads: number;
}

export interface RegistryTrust {
  /** Where plain HTTP is allowed. @default loopback */
  readonly plainHttp: 'loopback' | 'always' | 'never';
  /** Hosts besides its own that may ask for this registry's credentials. @default none */
  readonly realms: readonly string[];
  /** Folder of `<host>/*.crt` and client certificates. @default `/etc/docker/certs.d` */
  readonly certificatesFolder: string;
}

/** Where credentials come from. Asked once per repository, and only when the registry wants some. */
export interface CredentialSource {
  /**
   * Absent means anonymous.
   * @throws {RegistryError} CREDENTIAL_HELPER_FAILED, CREDENTIALS_MALFORMED
   */
  credentialFor(address: RepositoryAddress): Promise<Credential | undefined>;
}

/** `origin` says where it was found, for messages: `~/.docker/config.json`. */
export type Credential =
  | {
      readonly kind: 'password';
      readonly username: string;
      readonly password: Secret;
      readonly origin: string;
    }
  /** A refresh token for the registry's token server. */
  | { readonly kind: 'identity-token'; readonly token: Secret; readonly origin: string }
  /** A bearer token for the registry itself. */
  | { readonly kind: 'registry-token'; readonly token: Secret; readonly origin: string };
