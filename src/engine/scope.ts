import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { processEnvironment, type Environment } from '../host/environment.ts';
import type { Engine } from './contract.ts';
import { EngineError } from './errors.ts';
import { filtersOf, IMAGE_LABEL, labelsOf } from './labels.ts';
import { whereabouts } from './owner.ts';
import { killGroup, markerName, toOwnedGroup, type OwnedGroup } from './process-groups.ts';
import { removeLabelled } from './removal.ts';
import type { Scope, ScopedContainerSpec } from './scope-contract.ts';
import {
  folderName,
  makeTemporaryFolder,
  removeFolder,
  stateRoot,
  temporaryRoot,
} from './temporary-folders.ts';
import { startWatchdog, type Watchdog } from './watchdog.ts';

export interface ScopeOptions {
  readonly engine: Engine;
  /** Any text that names the run. Two scopes of one process need two ids. */
  readonly runId: string;
  /** Where the watchdog finds PATH and HOME. @default the environment of this process */
  readonly env?: Environment | undefined;
  /** Folder of the temporary folders. @default one per user in the system's, and one outside of it */
  readonly temporaryRoot?: string | undefined;
}

/** A scope, and what its tests need to see. */
export interface OpenScope extends Scope {
  /** Process id of the watchdog; absent before the first effect. */
  readonly watchdogPid: () => number | undefined;
  /**
   * Removes everything. The first call does it, all calls wait for it. Waits for creations that are on their way, and
   * removes them as well.
   * @throws {EngineError} SCOPE_NOT_CLEAN when objects are left; or the engine's own error.
   */
  close(): Promise<void>;
}

/** Makes a scope. Nothing touches the engine before the first effect. */
export async function openScope(options: ScopeOptions): Promise<OpenScope> {
  const here = whereabouts();
  const labels = labelsOf({ runId: options.runId, here, createdAt: new Date() });
  return new EngineScope(options, { labels, owner: here.owner });
}

type Labels = Readonly<Record<string, string>>;

interface ScopeIdentity {
  readonly labels: Labels;
  readonly owner: ReturnType<typeof whereabouts>['owner'];
}

class EngineScope implements OpenScope {
  readonly engine: Engine;
  readonly labels: Labels;
  readonly #options: ScopeOptions;
  readonly #owner: ScopeIdentity['owner'];
  /** Few letters that no other scope on the engine has. */
  readonly #short: string;
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #folders = new Set<string>();
  readonly #groups = new Map<number, OwnedGroup>();
  #count = 0;
  #network: Promise<string> | undefined;
  #watchdog: Watchdog | undefined;
  #hasObjects = false;
  #closing: Promise<void> | undefined;

  constructor(options: ScopeOptions, identity: ScopeIdentity) {
    this.engine = options.engine;
    this.labels = identity.labels;
    this.#options = options;
    this.#owner = identity.owner;
    this.#short = createHash('sha256')
      .update(Object.values(identity.labels).join('\n'))
      .digest('hex')
      .slice(0, 8);
  }

  network(): Promise<string> {
    this.#network ??= this.createNetwork('net').catch((error: unknown) => {
      // The next caller tries again.
      this.#network = undefined;
      throw error;
    });
    return this.#network;
  }

  async createContainer({ purpose, ...spec }: ScopedContainerSpec): Promise<string> {
    return await this.#create(purpose, async (name) => {
      const network = spec.network ?? (await this.network());
      const labels = { ...spec.labels, ...this.labels };
      return await this.engine.containers.create({ ...spec, name, network, labels });
    });
  }

  async commitContainer(id: string): Promise<string> {
    return await this.makeImage(async (labels) => await this.engine.images.commit(id, labels));
  }

  async makeImage<Made>(make: (labels: Labels) => Promise<Made>): Promise<Made> {
    this.#refuseWhenClosing();
    this.#hasObjects = true;
    this.#wake();
    return await this.#track(make({ ...this.labels, [IMAGE_LABEL]: 'made' }));
  }

  async createNetwork(purpose: string, labels: Labels = {}): Promise<string> {
    return await this.#create(purpose, async (name) => {
      await this.engine.objects.createNetwork(name, { ...labels, ...this.labels });
      return name;
    });
  }

  async createVolume(purpose: string, labels: Labels = {}): Promise<string> {
    return await this.#create(
      purpose,
      async (name) => await this.engine.objects.createVolume(name, { ...labels, ...this.labels }),
    );
  }

  async temporaryFolder(purpose: string): Promise<string> {
    this.#refuseWhenClosing();
    return this.#makeFolder(this.#nameOf(purpose));
  }

  async stateFolder(purpose: string): Promise<string> {
    this.#refuseWhenClosing();
    return this.#makeFolder(this.#nameOf(purpose), this.#options.temporaryRoot ?? stateRoot());
  }

  ownProcessGroup(pgid: number): () => void {
    const group = toOwnedGroup(pgid);
    if (this.#closing !== undefined) {
      killGroup(group);
      return () => undefined;
    }
    this.#groups.set(pgid, group);
    // A program of ours may make objects with our labels.
    this.#hasObjects = true;
    this.#wake().own(group);
    // If the watchdog dies as well, the next run reads this.
    const marker = this.#makeFolder(markerName(group));
    return () => {
      if (!this.#groups.delete(pgid)) return;
      this.#watchdog?.forget(pgid);
      this.#folders.delete(marker);
      rmSync(marker, { recursive: true, force: true });
    };
  }

  watchdogPid(): number | undefined {
    return this.#watchdog?.pid;
  }

  close(): Promise<void> {
    this.#closing ??= this.#removeAll();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #makeFolder(name: string, root = this.#options.temporaryRoot ?? temporaryRoot()): string {
    const folder = folderName(this.#owner, `${this.#short}.${name}`);
    const path = join(root, folder);
    this.#folders.add(path);
    // Before it is there: a folder that nobody knows of would stay.
    this.#wake().folder(path);
    return makeTemporaryFolder(root, folder);
  }

  async #create(purpose: string, make: (name: string) => Promise<string>): Promise<string> {
    this.#refuseWhenClosing();
    this.#hasObjects = true;
    this.#wake();
    return await this.#track(make(`seatrial-${this.#short}-${this.#nameOf(purpose)}`));
  }

  /** `<purpose>-<n>` with the letters that every engine takes. */
  #nameOf(purpose: string): string {
    this.#count += 1;
    const word = purpose
      .toLowerCase()
      .replace(/[^a-z0-9]+/gu, '-')
      .slice(0, 24);
    return `${word.replace(/^-+|-+$/gu, '') || 'it'}-${String(this.#count)}`;
  }

  #refuseWhenClosing(): void {
    if (this.#closing === undefined) return;
    throw new EngineError(
      'SCOPE_CLOSED',
      `Run ${this.#options.runId} is being cleaned up: nothing new is made for it`,
    );
  }

  async #track<Value>(making: Promise<Value>): Promise<Value> {
    this.#inFlight.add(making);
    try {
      return await making;
    } finally {
      this.#inFlight.delete(making);
    }
  }

  /** Before an effect leaves this process, somebody who can undo it must run. */
  #wake(): Watchdog {
    this.#watchdog ??= startWatchdog({
      engine: this.engine,
      filters: filtersOf(this.labels),
      env: this.#options.env ?? processEnvironment(),
    });
    return this.#watchdog;
  }

  async #removeAll(): Promise<void> {
    // Groups first: a script that still runs could make new objects and hold folders.
    for (const group of this.#groups.values()) killGroup(group);
    this.#groups.clear();
    while (this.#inFlight.size > 0) await Promise.allSettled(this.#inFlight);
    try {
      if (this.#hasObjects) await this.#removeObjects();
    } finally {
      await Promise.all([...this.#folders].map(removeFolder));
    }
    this.#watchdog?.bye();
  }

  async #removeObjects(): Promise<void> {
    const remnants = await removeLabelled(this.engine.objects, filtersOf(this.labels));
    const first = remnants[0];
    if (first === undefined) return;
    const names = remnants.map(({ object }) => `${object.kind} ${object.name}`).join(', ');
    throw new EngineError('SCOPE_NOT_CLEAN', `These could not be removed: ${names}`, {
      cause: first.cause,
    });
  }
}
