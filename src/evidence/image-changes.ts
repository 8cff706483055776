import type { ImageConfig } from '../engine/contract.ts';
import { compareTexts } from '../kernel/compare-texts.ts';
import type { ContentFile, ImageContents, RecordedPackage } from './image-contents.ts';

/** A setting of the image; absent on the side where there is none. */
export interface SettingChange {
  /** `ENV PATH`, `EXPOSE`, `USER`. */
  readonly name: string;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

export interface PackageChange {
  readonly kind: RecordedPackage['kind'];
  readonly name: string;
  /** Version. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

export interface FileChange {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** What is different: `content`, `mode 644 to 755`. Empty unless it changed. */
  readonly what: readonly string[];
  /** Of the file that is there now, or was. */
  readonly sizeBytes: number;
}

/** What is different in a newer image. */
export interface ImageChanges {
  readonly settings: readonly SettingChange[];
  readonly packages: readonly PackageChange[];
  /** Without folders and the records of package managers; the largest first. */
  readonly files: readonly FileChange[];
  /** Of all layers, unpacked. */
  readonly sizeBytes: { readonly before: number; readonly after: number };
  readonly layers: {
    readonly before: number;
    readonly after: number;
    /** Whoever has the older image need not pull these. */
    readonly shared: number;
  };
}

/** @param isSecret whether the value of a variable or label of that name is not to be told */
export function compareImages(
  before: ImageContents,
  after: ImageContents,
  isSecret: (name: string) => boolean,
): ImageChanges {
  const has = new Set(before.record.diffIds);
  return {
    settings: compareSettings(before.record.config, after.record.config, isSecret),
    packages: comparePackages(before.packages, after.packages),
    files: compareFiles(before.files, after.files),
    sizeBytes: { before: before.record.sizeBytes, after: after.record.sizeBytes },
    layers: {
      before: before.record.diffIds.length,
      after: after.record.diffIds.length,
      shared: after.record.diffIds.filter((each) => has.has(each)).length,
    },
  };
}

/** A secret has no place in a report: that it changed is said, and not to what. */
const HIDDEN = '(hidden)';

/** @param isSecret whether the value of a variable or label of that name is not to be told */
export function compareSettings(
  before: ImageConfig,
  after: ImageConfig,
  isSecret: (name: string) => boolean,
): readonly SettingChange[] {
  const [older, newer] = [settingsOf(before), settingsOf(after)];
  return [...new Set([...older.keys(), ...newer.keys()])].flatMap((name): SettingChange[] => {
    const [from, to] = [older.get(name), newer.get(name)];
    if (from === to) return [];
    const isHidden = isSecret(name.split(' ')[1] ?? '');
    const shown = (value: string | undefined): string | undefined =>
      value !== undefined && isHidden ? HIDDEN : value;
    return [{ name, before: shown(from), after: shown(to) }];
  });
}

function settingsOf(config: ImageConfig): ReadonlyMap<string, string> {
  const { entrypoint, command, exposedPorts, volumes, stopSignal, healthcheck } = config;
  return new Map([
    ...setting('ENTRYPOINT', JSON.stringify(entrypoint)),
    ...setting('CMD', JSON.stringify(command)),
    ...setting('USER', config.user),
    ...setting('WORKDIR', config.workingDir),
    ...setting('EXPOSE', exposedPorts.toSorted().join(' ')),
    ...setting('VOLUME', volumes.toSorted().join(' ')),
    ...setting('STOPSIGNAL', stopSignal),
    ...setting('HEALTHCHECK', healthcheck && JSON.stringify(healthcheck.test)),
    ...config.env.flatMap((entry) => {
      const [name = '', ...value] = entry.split('=');
      return [[`ENV ${name}`, value.join('=')] as const];
    }),
    ...Object.entries(config.labels).map(([name, value]) => [`LABEL ${name}`, value] as const),
  ]);
}

function setting(name: string, value: string | undefined): readonly (readonly [string, string])[] {
  return value === undefined || value === '' || value === '[]' ? [] : [[name, value]];
}

function comparePackages(
  before: readonly RecordedPackage[],
  after: readonly RecordedPackage[],
): readonly PackageChange[] {
  const [older, newer] = [versionsOf(before), versionsOf(after)];
  return [...new Set([...older.keys(), ...newer.keys()])]
    .flatMap((key): PackageChange[] => {
      const [from, to] = [older.get(key), newer.get(key)];
      const known = from ?? to;
      if (known === undefined || from?.versions === to?.versions) return [];
      const { kind, name } = known;
      return [{ kind, name, before: from?.versions, after: to?.versions }];
    })
    .toSorted((a, b) => compareTexts(`${a.kind} ${a.name}`, `${b.kind} ${b.name}`));
}

interface Versions extends Pick<RecordedPackage, 'kind' | 'name'> {
  /** npm has a package in several places: all of them, in order. */
  readonly versions: string;
}

function versionsOf(packages: readonly RecordedPackage[]): ReadonlyMap<string, Versions> {
  const byName = Map.groupBy(packages, ({ kind, name }) => `${kind} ${name}`);
  return new Map(
    [...byName].map(([key, [first, ...others]]) => {
      const all = [first, ...others].flatMap((each) => each?.version ?? []);
      const versions = [...new Set(all)].toSorted(compareTexts).join(', ');
      return [key, { kind: first?.kind ?? 'npm', name: first?.name ?? key, versions }];
    }),
  );
}

/** What a package manager writes down is told as packages. */
const RECORDS = /^\/(?:var\/lib\/dpkg\/|(?:usr\/)?lib\/apk\/db\/|var\/cache\/|var\/log\/)/u;

/** @param isLeftOut whether a path is not to be told. @default records of package managers, caches, logs */
export function compareFiles(
  before: ImageContents['files'],
  after: ImageContents['files'],
  isLeftOut: (path: string) => boolean = (path) => RECORDS.test(path),
): readonly FileChange[] {
  const changes: FileChange[] = [];
  for (const [path, file] of after) {
    if (isLeftOut(path)) continue;
    const old = before.get(path);
    const what = old === undefined ? [] : whatChanged(old, file);
    if (old === undefined && file.type !== 'folder')
      changes.push({ path, change: 'added', what: [], sizeBytes: file.sizeBytes });
    if (what.length > 0) changes.push({ path, change: 'changed', what, sizeBytes: file.sizeBytes });
  }
  for (const [path, file] of before) {
    if (after.has(path) || file.type === 'folder' || isLeftOut(path)) continue;
    changes.push({ path, change: 'removed', what: [], sizeBytes: file.sizeBytes });
  }
  return changes.toSorted((a, b) => b.sizeBytes - a.sizeBytes || compareTexts(a.path, b.path));
}

function whatChanged(before: ContentFile, after: ContentFile): readonly string[] {
  if (before.type !== after.type) return [`${before.type} to ${after.type}`];
  // A link has no mode and no contents of its own.
  const isLink = after.type === 'symlink';
  return [
    ...(before.linkTo === after.linkTo
      ? []
      : [`target ${before.linkTo ?? 'none'} to ${after.linkTo ?? 'none'}`]),
    ...(isLink || modeOf(before) === modeOf(after)
      ? []
      : [`mode ${modeOf(before)} to ${modeOf(after)}`]),
    ...(ownerOf(before) === ownerOf(after)
      ? []
      : [`owner ${ownerOf(before)} to ${ownerOf(after)}`]),
    ...(before.sha256 === after.sha256 ? [] : ['content']),
  ];
}

function modeOf({ mode }: ContentFile): string {
  return mode.toString(8);
}

function ownerOf({ uid, gid }: ContentFile): string {
  return `${String(uid)}:${String(gid)}`;
}
