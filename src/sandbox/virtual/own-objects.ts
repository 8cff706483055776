import { ApiRefusal } from './api-refusal.ts';
import type { JsonObject } from './json-value.ts';

/** What a script asked for when it made a container; the engine was asked for something else. */
export interface ContainerAsk {
  readonly image: string;
  readonly networkMode: string;
  readonly portBindings: JsonObject;
  readonly isPublishAll: boolean;
  readonly binds: unknown;
  readonly mounts: unknown;
  readonly links: unknown;
  readonly volumes: unknown;
  readonly volumesFrom: unknown;
  readonly pidMode: unknown;
  readonly ipcMode: unknown;
  /** Ports of the image and of the request, `8000/tcp`. */
  readonly exposed: readonly string[];
  /** Those that the engine shows only because we asked for them. */
  readonly exposedByUs: readonly string[];
}

export interface OwnContainer {
  readonly id: string;
  /** As the script knows it, without `/`. */
  readonly name: string;
  readonly ask: ContainerAsk;
}

export interface OwnNetwork {
  readonly id: string;
  readonly name: string;
}

/** Containers, networks and execs of one session. A reference means one of these, or nothing. */
export interface OwnObjects {
  readonly containers: Registry<OwnContainer>;
  readonly networks: Registry<OwnNetwork>;
  /** Exec id to container id. */
  readonly execs: Map<string, string>;
}

export interface Registry<Item extends { readonly id: string; readonly name: string }> {
  add(item: Item): void;
  remove(id: string): void;
  all(): readonly Item[];
  byId(id: string): Item | undefined;
  byName(name: string): Item | undefined;
  /**
   * By full id, name, or an unambiguous beginning of an id, in the engine's order; absent when there is none.
   * @throws {ApiRefusal} 400 when the beginning is that of several ids
   */
  find(ref: string): Item | undefined;
}

export function ownObjects(): OwnObjects {
  return { containers: registry(), networks: registry(), execs: new Map() };
}

function registry<Item extends { readonly id: string; readonly name: string }>(): Registry<Item> {
  const items = new Map<string, Item>();
  const byName = (name: string): Item | undefined =>
    [...items.values()].findLast((item) => item.name === name);
  return {
    add: (item) => {
      items.set(item.id, item);
    },
    remove: (id) => {
      items.delete(id);
    },
    all: () => [...items.values()],
    byId: (id) => items.get(id),
    byName,
    find: (given) => {
      const ref = given.replace(/^\//u, '');
      const exact = items.get(ref) ?? byName(ref);
      if (exact !== undefined || !/^[0-9a-f]+$/u.test(ref)) return exact;
      const beginning = [...items.values()].filter(({ id }) => id.startsWith(ref));
      if (beginning.length > 1) {
        throw new ApiRefusal(400, `Multiple IDs found with provided prefix: ${ref}`);
      }
      return beginning[0];
    },
  };
}
