import type { Address } from '../../engine/route.ts';
import type { Socket } from '../../engine/socket-table.ts';
import type { GatheredFiles } from '../gather-files.ts';
import type { ImageFiles } from '../image-files.ts';
import type { PackageDatabase } from './package-database.ts';

/** What tests are about: an image, and a container of it where one is needed. */
export interface World {
  /** How people refer to the image. */
  readonly ref: string;
  /** Environment variables of the container. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders that are mounted when a container starts, in memory: its files, as the engine gives them, lack what is there. */
  readonly unseen: readonly string[];
  /** Of the running container where there is one; else of one that was never started. */
  files(): Promise<ImageFiles>;
  /** Starts a container and waits until it is ready, once. */
  service(): Promise<ServiceState>;
}

export type ServiceState =
  | { readonly state: 'up'; readonly service: Service }
  | {
      readonly state: 'down';
      /** Follows the name of a property: `cannot be told: …`. */
      readonly problem: string;
      readonly fix: string;
      readonly evidence: string;
    };

/** A running container of the image. */
export interface Service {
  sockets(): Promise<readonly Socket[]>;
  /** The first 15 characters of the name of each program that runs. */
  processes(): Promise<readonly string[]>;
  run(argv: readonly string[], timeoutMs: number): Promise<RunEnd>;
  /** Where a port is reached from here; absent when there is no way. */
  addressOf(port: number): Promise<Address | undefined>;
  /** Puts files into the container; a tar. */
  put(folder: string, tar: Uint8Array): Promise<void>;
}

export type RunEnd =
  | { readonly exitCode: number; readonly stdout: string; readonly stderr: string }
  | { readonly timeoutMs: number };

/** What the tests of one run look at. */
export interface Scene {
  readonly world: World;
  readonly files: GatheredFiles;
  packages(): Promise<PackageDatabase>;
  readonly signal: AbortSignal;
}
