import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';

/** An address of an engine's network, as a container has it. */
export interface ContainerAddress {
  readonly ip: string;
  /** TCP port, 1 to 65535. */
  readonly port: number;
}

/** An address that a script publishes a port on. */
export interface PublishedAddress {
  /** `0.0.0.0`, `::`, `127.0.0.1`, or what the script named. */
  readonly host: string;
  /** TCP port; 0 asks for any free one. */
  readonly port: number;
}

/**
 * The network that a script lives in: where its published ports are held open, and how a connection that comes in there
 * reaches a container. A virtual engine knows only this; a network namespace, the machine itself and a tunnel to a
 * remote engine are kinds of it.
 */
export interface ScriptNetwork {
  /**
   * Opens a listening socket in the script's own network, half-open connections allowed. Rejects with
   * `SANDBOX_PORT_HELD` when something there holds the port already.
   */
  readonly listen: (address: PublishedAddress) => Promise<Server>;
  /**
   * Connects to a container. Refused connections are tried again until `patience` (milliseconds, default 15 000) is
   * over, since a container that was just started does not listen yet; then rejects with `SANDBOX_DIAL_FAILED`.
   */
  readonly dial: (address: ContainerAddress, patience?: number) => Promise<Duplex>;
  /** Closes what is open. Idempotent. */
  readonly close: () => Promise<void>;
}
