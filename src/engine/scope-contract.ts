import type { ContainerSpec, Engine } from './contract.ts';

/**
 * Everything one run creates on an engine, and the promise that all of it goes away: at the end, on SIGINT
 * and SIGTERM, by a watchdog after `kill -9`, and at latest when the next command starts.
 */
export interface Scope extends AsyncDisposable {
  readonly engine: Engine;
  /** Labels of every object: run id, owner, host. See `docs/labels.md`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Name of the scope's own network; made on first use. */
  network(): Promise<string>;
  /** Creates (does not start) a container with a name of ours, our labels and our network. Returns its id. */
  createContainer(spec: ScopedContainerSpec): Promise<string>;
  /** An image of what a container of ours has become, which goes with the scope. Returns its id. */
  commitContainer(id: string): Promise<string>;
  /** Has an image made that goes with the scope: `make` puts the labels on it. Resolves as `make` does. */
  makeImage<Made>(make: (labels: Readonly<Record<string, string>>) => Promise<Made>): Promise<Made>;
  /** Creates a network besides the scope's own. Returns its name. */
  createNetwork(purpose: string, labels?: Readonly<Record<string, string>>): Promise<string>;
  /** Creates a named volume. Returns its name. */
  createVolume(purpose: string, labels?: Readonly<Record<string, string>>): Promise<string>;
  /** A private folder, mode 0700, removed with the scope. */
  temporaryFolder(purpose: string): Promise<string>;
  /** The same outside of the system's temporary folders, for a script that has its own in their place. */
  stateFolder(purpose: string): Promise<string>;
  /** A process group to end with the scope, also after `kill -9`. Returns a function that forgets it. */
  ownProcessGroup(pgid: number): () => void;
}

export type ScopedContainerSpec = Omit<ContainerSpec, 'name' | 'labels' | 'network'> & {
  /** Short word for the name: `starts`, `state-a`. */
  readonly purpose: string;
  /** @default the scope's own network */
  readonly network?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
};
