import type { Readable, Writable } from 'node:stream';
import type { Digest } from '../kernel/digest.ts';
import type { Platform } from '../kernel/platform.ts';
import type { Secret } from '../kernel/secret.ts';

/**
 * A container engine behind the Docker Engine API, in our own words. No type of a client library crosses
 * this line. Every method that talks to the engine may throw an `EngineError`; codes in `errors.ts`.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/
 */
export interface Engine {
  /** How it was reached, for messages: `unix:///var/run/docker.sock`. */
  readonly endpoint: EngineEndpoint;
  /** Read once, when connected. */
  readonly info: EngineInfo;
  readonly images: EngineImages;
  readonly containers: EngineContainers;
  /** Networks, volumes, and lists by label: what a scope needs to create and to remove. */
  readonly objects: EngineObjects;
}

export interface EngineEndpoint {
  readonly kind: 'unix' | 'tcp' | 'ssh';
  /** As in `DOCKER_HOST`, without credentials. */
  readonly url: string;
  /** Where the address came from: `DOCKER_HOST`, `context "remote"`, `default socket`, `podman socket`. */
  readonly origin: string;
  /** Environment that lets any Docker client reach the same engine (`DOCKER_HOST`, TLS variables). */
  readonly env: Readonly<Record<string, string>>;
}

export interface EngineInfo {
  readonly product: 'docker' | 'podman';
  /** Product version, `20.10.24`. */
  readonly version: string;
  /** Negotiated API version, `1.41`. */
  readonly apiVersion: string;
  readonly platform: Platform;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Id of the engine's image store kind; `containerd` keeps manifests, `graph` does not. */
  readonly store: 'graph' | 'containerd';
  /** Whether the engine shares this machine's kernel, so that `/proc/<pid>` and bridge addresses are ours. */
  readonly isLocal: boolean;
  readonly isRootless: boolean;
  /** Whether root of a container is another user on the engine's machine (`userns-remap`). */
  readonly hasUserNamespaces: boolean;
}

export interface EngineImages {
  /** Absent when the engine has no such image. `ref` is an id, a reference or `repo@digest`. */
  inspect(ref: string): Promise<ImageRecord | undefined>;
  /** Starts a BuildKit build; the stream carries the raw JSON lines of the API. */
  build(context: Readable, options: BuildOptions, signal?: AbortSignal): Promise<Readable>;
  tag(id: string, repository: string, tag: string): Promise<void>;
  /** A `docker save` tar. */
  save(id: string, signal?: AbortSignal): Promise<Readable>;
  load(tar: Readable): Promise<void>;
  /**
   * An untagged image of what a container has become, with the container's configuration and these labels besides
   * its own. Volumes are no part of it. Its id.
   */
  commit(containerId: string, labels: Readonly<Record<string, string>>): Promise<Digest>;
  /**
   * Lets the engine pull an image.
   * @throws {EngineError} ENGINE_PULL_FAILED with the words of the engine
   */
  pull(ref: string, options?: EnginePullOptions): Promise<void>;
  list(labels: readonly string[]): Promise<readonly ImageRecord[]>;
  /** The command of each step that made it, the last first. Empty where a step says nothing. */
  history(id: string): Promise<readonly string[]>;
  /**
   * Lets the engine push a tag that it has, and resolves with the digest that the engine says the registry has
   * now: its word, and no more.
   * @throws {EngineError} ENGINE_PUSH_FAILED with the words of the engine
   */
  push(pushed: EnginePush, signal?: AbortSignal): Promise<Digest>;
  remove(ref: string): Promise<void>;
}

export interface EnginePullOptions {
  /** Content of the header `X-Registry-Auth`. @default none: what everybody may pull */
  readonly auth?: Secret | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface EnginePush {
  readonly repository: string;
  readonly tag: string;
  /** Content of the header `X-Registry-Auth`. */
  readonly auth: Secret;
}

export interface BuildOptions {
  readonly dockerfile: string;
  readonly tag: string;
  readonly target?: string | undefined;
  readonly platform?: string | undefined;
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly noCache?: boolean | undefined;
}

/** An image as the engine keeps it. On a graph store the id is the digest of the config. */
export interface ImageRecord {
  readonly id: Digest;
  readonly tags: readonly string[];
  /** `repository@digest`, once it was pulled or pushed. */
  readonly repoDigests: readonly string[];
  readonly platform: Platform;
  readonly sizeBytes: number;
  /** Uncompressed layer digests. */
  readonly diffIds: readonly Digest[];
  readonly config: ImageConfig;
}

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md */
export interface ImageConfig {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: readonly string[];
  /** `8000/tcp`. */
  readonly exposedPorts: readonly string[];
  /** Absolute paths. */
  readonly volumes: readonly string[];
  /** Empty means root. */
  readonly user: string;
  readonly workingDir: string;
  /** Absent means SIGTERM. */
  readonly stopSignal?: string | undefined;
  readonly healthcheck?: Healthcheck | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Healthcheck {
  /** `['CMD', …]`, `['CMD-SHELL', …]` or `['NONE']`. */
  readonly test: readonly string[];
  readonly intervalMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly startPeriodMs?: number | undefined;
  readonly retries?: number | undefined;
}

export type HealthcheckChanges = {
  readonly [Part in keyof Healthcheck]?: Healthcheck[Part] | undefined;
};

export interface ContainerSpec {
  /** Image id or `repository@digest`; never a tag. */
  readonly image: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Name or id of our own network, `none`, or `container:<id>`. Never the default bridge. */
  readonly network: string;
  /** `container:<id>`: it sees the processes of that container, and ends with it. @default a namespace of its own */
  readonly pidNamespace?: string | undefined;
  /** Names under which others on that network find it. */
  readonly aliases?: readonly string[] | undefined;
  readonly entrypoint?: readonly string[] | undefined;
  readonly command?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly user?: string | undefined;
  readonly workingDir?: string | undefined;
  readonly mounts?: readonly MountSpec[] | undefined;
  /**
   * TCP ports to publish on an ephemeral port, for engines without a direct route: on the loopback address, or
   * on all addresses of an engine that is on another machine.
   */
  readonly publish?: readonly number[] | undefined;
  readonly memoryBytes?: number | undefined;
  readonly cpus?: number | undefined;
  readonly stopTimeoutS?: number | undefined;
  readonly isReadOnly?: boolean | undefined;
  readonly init?: boolean | undefined;
  readonly tty?: boolean | undefined;
  readonly openStdin?: boolean | undefined;
  /** Capabilities besides the default ones: `SYS_ADMIN`. */
  readonly capabilities?: readonly string[] | undefined;
  /** Capabilities to take away: `ALL`, `NET_RAW`. */
  readonly droppedCapabilities?: readonly string[] | undefined;
  /** Programs with setuid or capabilities of their own get nothing by them. */
  readonly isWithoutNewPrivileges?: boolean | undefined;
  readonly isPrivileged?: boolean | undefined;
  /** As `docker run --volume` takes them, `/host:/target[:ro]`; a missing path of the host is made by the engine. */
  readonly binds?: readonly string[] | undefined;
  readonly hostname?: string | undefined;
  /** Settings of the kernel for this container alone: `net.ipv6.conf.all.disable_ipv6` to `1`. */
  readonly sysctls?: Readonly<Record<string, string>> | undefined;
  /** Lines of /etc/hosts: `name:address`. */
  readonly extraHosts?: readonly string[] | undefined;
  /** Path to the options of a file system in memory: `size=64m,exec`, or none. */
  readonly tmpfs?: Readonly<Record<string, string>> | undefined;
  /** Replaces the image's STOPSIGNAL. */
  readonly stopSignal?: string | undefined;
  /** When the engine starts it again. @default never */
  readonly restart?: RestartRule | undefined;
  /** What is absent in it comes from the image. `test: ['NONE']` turns the image's check off. */
  readonly healthcheck?: HealthcheckChanges | undefined;
}

export interface RestartRule {
  readonly when: 'always' | 'unless-stopped' | 'on-failure';
  /** For `on-failure`. @default no limit */
  readonly attempts?: number | undefined;
}

export interface MountSpec {
  readonly type: 'volume' | 'bind' | 'tmpfs';
  /** Volume name or host path; absent for tmpfs and for an anonymous volume. */
  readonly source?: string | undefined;
  readonly target: string;
  readonly isReadOnly?: boolean | undefined;
}

export interface EngineContainers {
  /** Creates, does not start. Returns the id. */
  create(spec: ContainerSpec): Promise<string>;
  start(id: string): Promise<void>;
  /** Absent when there is no such container. */
  inspect(id: string): Promise<ContainerState | undefined>;
  /** Sends the stop signal, waits, kills. Resolves when the container is down. */
  stop(id: string, timeoutS: number): Promise<void>;
  kill(id: string, signal: string): Promise<void>;
  restart(id: string, timeoutS: number): Promise<void>;
  /** Resolves with the exit code when the container is down, at once if it is down already. */
  wait(id: string, signal?: AbortSignal): Promise<number>;
  /** Removes by force, with anonymous volumes. No error when it is gone. */
  remove(id: string): Promise<void>;
  logs(id: string, options?: LogOptions): Promise<string>;
  /** Follows stdout and stderr from the first line on; ends when the container ends or on abort. */
  followLogs(id: string, onText: (text: string) => void, signal: AbortSignal): Promise<void>;
  exec(id: string, options: ExecOptions): Promise<ExecResult>;
  /** Paths changed in the writable layer; volumes and tmpfs never appear. */
  changes(id: string): Promise<readonly PathChange[]>;
  /** `ps` rows, each a record by the title of its column. */
  top(id: string, psArgs: string): Promise<readonly Readonly<Record<string, string>>[]>;
  /**
   * What is at `path`, running or not; a link at its end is not followed. Absent when nothing is there.
   * @throws {EngineError} ENGINE_FAILED when the path cannot be walked: a loop of links, a file in the place of a folder
   */
  stat(id: string, path: string): Promise<PathStat | undefined>;
  /** A tar of `path`; absent when there is no such path. */
  readArchive(id: string, path: string): Promise<Readable | undefined>;
  writeArchive(id: string, path: string, tar: Readable | Uint8Array): Promise<void>;
  /** Attaches to stdin/stdout as one byte stream. */
  attach(id: string): Promise<AttachedStreams>;
}

export interface AttachedStreams {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

export interface LogOptions {
  /** Last lines only. @default all */
  readonly tail?: number | undefined;
  /** One stream alone. A terminal has stdout only. @default both, in the order in which they came */
  readonly source?: 'stdout' | 'stderr' | undefined;
  /** The first characters only. @default all */
  readonly mostChars?: number | undefined;
}

export interface PathStat {
  readonly name: string;
  readonly sizeBytes: number;
  /** Bits of Go's `os.FileMode`. @see https://pkg.go.dev/io/fs#FileMode */
  readonly mode: number;
  /** Where a link leads to in the end, absolute; that need not be there. Absent for everything but links. */
  readonly linkTarget?: string | undefined;
}

export interface ExecOptions {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly user?: string | undefined;
  readonly workingDir?: string | undefined;
  readonly stdin?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface PathChange {
  readonly path: string;
  readonly kind: 'changed' | 'added' | 'deleted';
}

export interface ContainerState {
  readonly id: string;
  readonly name: string;
  readonly imageId: string;
  /** Of the manifest it runs. Absent below API 1.48, and where the engine keeps no manifests. */
  readonly manifestDigest?: Digest | undefined;
  readonly status: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  readonly isRunning: boolean;
  /** Process id on the engine's machine; 0 when down. */
  readonly pid: number;
  /** Meaningful when the container is down. */
  readonly exitCode: number;
  readonly isOomKilled: boolean;
  /** Engine's own message about a failed start; empty when none. */
  readonly error: string;
  /** ISO 8601; empty when it never happened. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly health?: HealthState | undefined;
  /** Address on each network, by network name. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Published ports: `8000/tcp` to the port of the engine's machine. */
  readonly publishedPorts: Readonly<Record<string, number>>;
  readonly mounts: readonly MountState[];
}

export interface HealthState {
  readonly status: 'starting' | 'healthy' | 'unhealthy';
  /** Output of the last probe; empty when none ran. */
  readonly lastOutput: string;
  readonly lastExitCode: number;
}

export interface MountState {
  readonly type: string;
  /** Volume name, for a volume. */
  readonly name: string;
  readonly target: string;
}

export interface EngineObjects {
  createNetwork(name: string, labels: Readonly<Record<string, string>>): Promise<string>;
  /** Puts a container on one more network, where others find it under the aliases. */
  joinNetwork(network: string, containerId: string, aliases: readonly string[]): Promise<void>;
  createVolume(name: string, labels: Readonly<Record<string, string>>): Promise<string>;
  remove(object: EngineObject): Promise<void>;
  /** Containers, networks, volumes and committed images that carry all the labels (`name` or `name=value`). */
  list(labels: readonly string[]): Promise<readonly EngineObject[]>;
  /**
   * Engine events of one container (`die`, `health_status: healthy`, …) until the signal aborts; with attributes, such
   * as the `signal` of a `kill`.
   */
  watch(containerId: string, onEvent: OnEngineEvent, signal: AbortSignal): Promise<void>;
}

export type OnEngineEvent = (action: string, attributes: Readonly<Record<string, string>>) => void;

export interface EngineObject {
  readonly kind: 'container' | 'network' | 'volume' | 'image';
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** ISO 8601; absent when the engine does not say. */
  readonly createdAt?: string | undefined;
}
