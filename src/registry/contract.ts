import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import type { Clock } from '../host/clock.ts';
import type { Environment } from '../host/environment.ts';
import type { Digest } from '../kernel/digest.ts';
import type { Secret } from '../kernel/secret.ts';

/**
 * One repository of one registry, over the OCI Distribution protocol. Every method that talks to the registry
 * ends within the deadline of its options. What is not there is absent, never an error.
 * Leaving its scope (`await using`) ends what is under way and closes its connections.
 * @throws {RegistryError} from every method: what `probe` throws, REGISTRY_TIMED_OUT, REGISTRY_CANCELLED,
 * REGISTRY_TOO_MANY_REQUESTS, REGISTRY_FAILED, ANSWER_MALFORMED, REALM_REFUSED, REDIRECT_REFUSED, and what the
 * `CredentialSource` throws. Codes that only some methods throw are named there.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md
 */
export interface Repository extends AsyncDisposable {
  /** What the options named, completed as Docker completes it. */
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

/** Where a repository is. */
export interface RepositoryAddress {
  /** Registry with its port, as people write it: `docker.io`, `127.0.0.1:5000`. */
  readonly host: string;
  /** Path within the registry: `library/alpine`. */
  readonly name: string;
  /** `host/name`. */
  readonly repository: string;
}

/** Layers, configurations and other contents, by digest alone. */
export interface Blobs {
  /** Size in bytes; absent when this repository has no such blob. The registry's word: nothing is hashed. */
  sizeOf(digest: Digest): Promise<number | undefined>;
  /**
   * Whether the registry now shares the blob from another of its repositories; `fromRepository` is a name without
   * the host. False where it cannot or will not, and no upload is left open.
   * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#mounting-a-blob-from-another-repository
   */
  mount(digest: Digest, fromRepository: string): Promise<boolean>;
  /**
   * Makes sure that the repository has the blob: asks, then mounts, then uploads, and asks again. Up to 8 MiB go in
   * one request, more in chunks; a broken upload goes on at the byte that the registry confirms.
   * @throws {RegistryError} UPLOAD_FAILED when it gave up, or the source cannot be read; DIGEST_MISMATCH when the
   * bytes of the source, or those that the registry kept, are not those of the digest; REPOSITORY_UNKNOWN.
   * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs
   */
  upload(source: BlobSource): Promise<UploadResult>;
  /**
   * The bytes; absent when there are none. The stream fails with DIGEST_MISMATCH at its end when they do
   * not hash to the digest: use what was read only after it ended well. With `maxBytes` it fails with
   * ANSWER_MALFORMED as soon as there are more; by default there may be any number. A connection that breaks later
   * fails it with REGISTRY_UNREACHABLE.
   */
  read(digest: Digest, maxBytes?: number): Promise<BlobContents | undefined>;
}

/** A blob to be uploaded. `bytesBlob`, `fileBlob` and `remoteBlob` make them. */
export interface BlobSource {
  readonly digest: Digest;
  /** The exact length. */
  readonly sizeBytes: number;
  /** A fresh stream of the bytes from `offset` to the end. Called again after a broken connection. */
  open(offset: number): Readable;
  /** Names of other repositories of the same registry that may hold the blob. @default none */
  readonly mountFrom?: readonly string[] | undefined;
  /** Told how many bytes the registry has confirmed. */
  readonly onProgress?: ((confirmedBytes: number) => void) | undefined;
}

export interface UploadResult {
  /** Whether it was there, came from another repository of the registry, or was sent. */
  readonly how: 'present' | 'mounted' | 'uploaded';
  /** Bytes that went over the wire, repeated ones included. */
  readonly sentBytes: number;
}

/** A blob that is being read. */
export interface BlobContents {
  /** By the registry's word. Absent when it does not say. */
  readonly sizeBytes?: number | undefined;
  /** Must be read to its end or destroyed: it holds a connection. */
  readonly stream: Readable;
}

/** Manifests and indexes, by digest or tag. A `reference` that is neither is REPOSITORY_INVALID. */
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
   * Writes the bytes under a tag or digest and reads them back over a fresh connection. A tag that is there moves.
   * @throws {RegistryError} DIGEST_MISMATCH when the registry names, keeps or serves other bytes: `details`
   * has `expected` and `found` (a digest, or `nothing`). MANIFEST_INVALID when it is not even sent,
   * MANIFEST_INCOMPLETE when the registry misses what it names, TAG_IMMUTABLE when the tag names other bytes for good.
   * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests
   */
  put(manifest: ManifestUpload): Promise<PutResult>;
  /**
   * Removes a manifest with all its tags. Whether there was one and it is gone now.
   * @throws {RegistryError} REGISTRY_UNSUPPORTED where the registry removes none
   */
  remove(digest: Digest): Promise<boolean>;
  /**
   * Manifests whose subject is `digest`, from the referrers API and from the fallback tag, each once. With
   * `artifactType` those of that kind alone, by their own word. More than 1000 are ANSWER_MALFORMED.
   * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
   */
  referrers(digest: Digest, artifactType?: string): Promise<readonly Descriptor[]>;
}

/** The registry's word about a manifest. */
export interface ManifestHead {
  /** Absent when the registry does not say. */
  readonly digest?: Digest | undefined;
  readonly mediaType: string;
}

/** A manifest or index as its bytes: another rendering of the same JSON has another digest. */
export interface Manifest {
  readonly bytes: Uint8Array;
  /** Without parameters. */
  readonly mediaType: string;
  /** Of the bytes. */
  readonly digest: Digest;
}

/** A manifest to be put; a `Manifest` that was read is one. */
export interface ManifestUpload {
  /** At most 4 MiB. */
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
  /** Of the bytes that were put. */
  readonly digest: Digest;
  /** Whether the registry said that it indexes the subject of this manifest; false when it has none. */
  readonly isSubjectIndexed: boolean;
}

export interface Tags {
  /** All pages, in the registry's order; empty when the repository is unknown or has untagged manifests only. */
  list(): Promise<readonly string[]>;
  /**
   * Removes the tag and leaves its manifest. Whether there was one and it is gone now.
   * @throws {RegistryError} REGISTRY_UNSUPPORTED where the registry removes no tags; REPOSITORY_INVALID for a digest
   */
  remove(tag: string): Promise<boolean>;
}

/**
 * How a manifest names what belongs to it.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md
 */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
  readonly artifactType?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export interface RepositoryOptions {
  /** `[host[:port]/]path` without tag and digest, read as Docker reads it. */
  readonly repository: string;
  /**
   * Proxy variables (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in lower case first) are read from it, and credentials
   * when `credentials` is absent. Nothing is read from `process.env` itself.
   */
  readonly env: Environment;
  /** @default `dockerCredentials({ env })`: Docker's and podman's files and helpers */
  readonly credentials?: CredentialSource | undefined;
  /** Ends whatever is under way; open uploads are cancelled at the registry. @default never */
  readonly signal?: AbortSignal | undefined;
  /** Time, attempts and sizes; each has a default of its own. */
  readonly limits?: Partial<RegistryLimits> | undefined;
  /** Beyond what a registry may do anyway; each has a default of its own. */
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
