import type { LayerRecords } from './layer-scan.ts';
import type { OsRelease } from './os-release.ts';
import type { PackageRecord } from './package-record.ts';

/** The records that whoever starts the image sees. */
export interface ImagePackages {
  readonly os?: OsRelease | undefined;
  /** Each once, with the first path that records it; sorted. */
  readonly packages: readonly InstalledPackage[];
  /** Why the list may lack something; absent when it is whole. */
  readonly problem?: string | undefined;
}

export interface InstalledPackage extends PackageRecord {
  /** Path of the record, from the root of the image. */
  readonly recordedIn: string;
}

/** Puts layers on each other, the lowest first: a later file replaces, a whiteout takes away. */
export function mergeLayers(layers: readonly LayerRecords[]): ImagePackages {
  const files = new Map<string, LayerRecords['files'][number]>();
  for (const layer of layers) {
    const removed = new Set(layer.removed);
    const emptied = new Set(layer.emptied);
    // What a layer takes away is of the layers below it, never its own.
    for (const path of files.keys()) {
      if (isHidden(path, removed, emptied)) files.delete(path);
    }
    for (const file of layer.files) files.set(file.path, file);
  }
  const problem = layers.find((layer) => layer.problem !== undefined)?.problem;
  const os = files.get('etc/os-release')?.os ?? files.get('usr/lib/os-release')?.os;
  return {
    ...(os === undefined ? {} : { os }),
    packages: distinct([...files.values()]),
    ...(problem === undefined ? {} : { problem }),
  };
}

function isHidden(
  path: string,
  removed: ReadonlySet<string>,
  emptied: ReadonlySet<string>,
): boolean {
  if (removed.has(path) || emptied.has('')) return true;
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    const folder = path.slice(0, slash);
    if (removed.has(folder) || emptied.has(folder)) return true;
  }
  return false;
}

function distinct(files: readonly LayerRecords['files'][number][]): readonly InstalledPackage[] {
  const found = new Map<string, InstalledPackage>();
  for (const { path, packages } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    for (const each of packages) {
      const key = JSON.stringify([each.kind, each.name, each.version, each.architecture ?? '']);
      if (!found.has(key)) found.set(key, { ...each, recordedIn: `/${path}` });
    }
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}
