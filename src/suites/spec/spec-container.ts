import type { Address } from '../../engine/route.ts';
import type { ContainerState, ExecOptions, ExecResult } from '../../engine/contract.ts';
import type { RunOptions } from './container-options.ts';

/** A container of a test. It is removed at the end of the test, whatever happens. */
export interface Container {
  readonly id: string;
  readonly name: string;
  /**
   * `http://` address of a TCP port, to call from the test. A restart may change it.
   * @param port @default the one port that the image exposes
   * @throws {SuiteError} SPEC_FIXTURE_MISUSED when there is not exactly one and none is named.
   */
  url(port?: number): string;
  /** As `url`, in parts, for other protocols. */
  address(port?: number): Address;
  /** Runs a command inside; a text is run by the container's `sh -c`. A failure is a value. */
  exec(command: string | readonly string[], options?: ContainerExecOptions): Promise<ExecResult>;
  /** stdout and stderr so far. */
  logs(options?: { readonly tail?: number | undefined }): Promise<string>;
  /** How the container is now. */
  inspect(): Promise<ContainerState>;
  /** Sends the stop signal, waits, kills. @returns its exit code */
  stop(options?: { readonly timeoutMs?: number | undefined }): Promise<number>;
  /** @param signal @default SIGKILL; after it, waits until the container is down */
  kill(signal?: string): Promise<void>;
  /** Starts it again after `stop`, `kill` or its own end, and waits until it is ready. */
  start(): Promise<void>;
  /** Stops and starts it, and waits until it is ready. */
  restart(): Promise<void>;
  /** Waits for its end. @returns its exit code */
  wait(): Promise<number>;
  /** Waits until it is ready, for `run({ wait: false })`. */
  ready(): Promise<void>;
  /**
   * Removes it and runs a new one with the same options and the same volumes, as an upgrade does. Only what
   * is in volumes survives.
   */
  replace(changes?: RunOptions): Promise<Container>;
}

export type ContainerExecOptions = Pick<ExecOptions, 'env' | 'user' | 'workingDir' | 'stdin'>;
