import { ApiRefusal } from './api-refusal.ts';

/**
 * Images of a session are copied on write: a tag that the script sets is one of a registry of its own, shown without
 * it, and wins over the real one here; a tag that it removes is only hidden. Ids stay real.
 */
export interface ImageNames {
  /** `seatrial-<id>.local/`: before each tag of the session on the engine. */
  readonly registry: string;
  /** The script's name to what the engine is asked for. @throws {ApiRefusal} 404 for what is hidden */
  resolve(name: string): string;
  /** Where a tag that the script sets goes to. `name` with or without tag. */
  own(name: string): string;
  /** Remembers a tag of the session. `shown` is the script's name. */
  add(shown: string): void;
  remove(shown: string): void;
  /** Whether the script set this tag. */
  has(shown: string): boolean;
  hide(shown: string): void;
  unhide(shown: string): void;
  /** Tags of an image as the script may see them. */
  shownTags(tags: readonly string[]): readonly string[];
  /** Tags of the session, the script's names. */
  all(): readonly string[];
  /** Ids of images that were made here. */
  readonly made: Set<string>;
  readonly hiddenIds: Set<string>;
}

/** Tags of any session. */
const ANY_SESSION = /^seatrial-[0-9a-f]{8}\.local\//u;

export function imageNames(
  session: string,
  aliases: Readonly<Record<string, string>> = {},
): ImageNames {
  const registry = `seatrial-${session}.local/`;
  const tags = new Set<string>();
  const hidden = new Set<string>();
  const hiddenIds = new Set<string>();
  const aliasTo = new Map(
    Object.entries(aliases).map(([name, image]) => [canonicalName(name), image]),
  );
  const own = (name: string): string => `${registry}${mangled(name)}`;
  return {
    registry,
    own,
    made: new Set(),
    hiddenIds,
    resolve: (name) => {
      const shown = canonicalName(name);
      if (ANY_SESSION.test(shown)) return missing(name);
      if (tags.has(shown)) return own(shown);
      if (hidden.has(shown) || isHiddenId(name, hiddenIds)) return missing(name);
      return aliasTo.get(shown) ?? name;
    },
    add: (shown) => {
      tags.add(canonicalName(shown));
      hidden.delete(canonicalName(shown));
    },
    remove: (shown) => {
      tags.delete(canonicalName(shown));
    },
    has: (shown) => tags.has(canonicalName(shown)),
    hide: (shown) => {
      hidden.add(canonicalName(shown));
    },
    unhide: (shown) => {
      hidden.delete(canonicalName(shown));
    },
    shownTags: (given) =>
      given.flatMap((tag) => {
        if (tag.startsWith(registry)) return [unmangled(tag.slice(registry.length))];
        const isOverridden = tags.has(tag) || hidden.has(tag);
        return ANY_SESSION.test(tag) || isOverridden ? [] : [tag];
      }),
    all: () => [...tags],
  };
}

function missing(name: string): never {
  throw new ApiRefusal(404, `No such image: ${withTag(name)}`);
}

function isHiddenId(name: string, ids: ReadonlySet<string>): boolean {
  const bare = name.replace(/^sha256:/u, '');
  if (!/^[0-9a-f]{6,64}$/u.test(bare)) return false;
  return [...ids].some((id) => id.startsWith(`sha256:${bare}`));
}

/** `docker.io/library/x` is `x`; without tag and digest it is `:latest`. */
export function canonicalName(name: string): string {
  return withTag(
    name.replace(/^(?:(?:index\.)?docker\.io\/)(?:library\/)?/u, '').replace(/^library\//u, ''),
  );
}

function withTag(name: string): string {
  if (name.includes('@')) return name;
  return name.lastIndexOf(':') > name.lastIndexOf('/') ? name : `${name}:latest`;
}

/** A registry within a path: its port must not look like a tag. */
function mangled(name: string): string {
  return name.replace(/^([^/]+):(\d+)\//u, '$1__$2/');
}

function unmangled(name: string): string {
  return name.replace(/^([^/]+)__(\d+)\//u, '$1:$2/');
}
