import type { EngineEndpoint } from '../../engine/contract.ts';
import type { FileCarrier } from '../file-carrier.ts';
import type { ScriptNetwork } from '../script-network.ts';
import type { CallRecord, RecordSummary } from './call-record.ts';

/** A folder of the engine's machine that a script may mount, and the path by which the script knows it. */
export interface BindRoot {
  /** Absolute path in the script's world: `/tmp`, the project's folder. */
  readonly shown: string;
  /** Absolute path for the engine. Equal to `shown` for a folder that is not private. */
  readonly real: string;
}

/** What marks objects of ours that a script does not see, and that go with its session. */
export interface OwnNames {
  readonly labels: Readonly<Record<string, string>>;
  readonly prefix: string;
}

export interface VirtualEngineOptions {
  readonly endpoint: EngineEndpoint;
  /** Eight hexadecimal digits; in labels, names and tags of all that is made. @default random */
  readonly session?: string | undefined;
  /** Besides the labels of the session, on each container, network and volume. Never shown to the script. */
  readonly labels: Readonly<Record<string, string>>;
  /** Existing folder that only this user may enter. The socket gets a folder of its own in it. */
  readonly folder: string;
  /** Where published ports are held open. Closed by `close()`. */
  readonly network: ScriptNetwork;
  /** What may be mounted; the longest `shown` that fits wins. All else is denied. @default nothing */
  readonly binds?: readonly BindRoot[] | undefined;
  /** For an engine that does not see the files of this machine. @default binds are mounted as they are */
  readonly carry?: ((own: OwnNames) => FileCarrier) | undefined;
  /** Names of rules that do not hold for this session, see `renderPolicy`. @default none */
  readonly allow?: readonly string[] | undefined;
  /** Name to image (id or reference) that `docker run NAME` uses in this session. @default none */
  readonly aliases?: Readonly<Record<string, string>> | undefined;
  /** How long a connection to a published port waits for a container that does not listen yet. @default 15 000 */
  readonly patienceMs?: number | undefined;
  /** Told of every call when it is over. */
  readonly record?: ((call: CallRecord) => void) | undefined;
}

/** What a script left, by the names that it knows. It is removed already. */
export interface Leftovers {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  /** Named ones: `docker rm` without `-v` leaves anonymous ones everywhere. */
  readonly volumes: readonly string[];
}

export interface VirtualEngine {
  readonly session: string;
  /** Unix socket of mode 0600 that any Docker client takes for an engine. */
  readonly socketPath: string;
  /** Leads any Docker client here. TLS settings and contexts of the real engine must not be set besides. */
  readonly env: { readonly DOCKER_HOST: `unix://${string}` };
  /** What the calls until now say about the script. */
  summary(): RecordSummary;
  /**
   * Shuts the door, ends all connections, and removes everything that was made, until a pass finds nothing.
   * May be called twice.
   * @throws {SandboxError} SANDBOX_NOT_CLEAN when something is still there after five passes.
   */
  close(): Promise<Leftovers>;
}
