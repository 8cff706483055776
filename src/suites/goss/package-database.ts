import { parseApkInstalled } from '../../evidence/sbom/apk.ts';
import { parseDpkgStatus } from '../../evidence/sbom/dpkg.ts';
import type { GossSuite } from '../../config/suite-schema.ts';
import { gatherFiles, type GatheredFiles } from '../gather-files.ts';
import type { ImageFiles } from '../image-files.ts';
import { parsePacmanDescription } from './pacman-records.ts';
import { readRpmDatabase } from './rpm-records.ts';

export type PackageManager = NonNullable<GossSuite['package']>;

/** What is installed, by name; or why that cannot be told, to follow the name of a property. */
export type PackageDatabase =
  | { readonly manager: PackageManager; readonly versions: ReadonlyMap<string, readonly string[]> }
  | { readonly problem: string; readonly fix: string };

const DPKG = '/var/lib/dpkg/status';
/** Images without a package manager have a file for each package. */
const DPKG_FOLDER = '/var/lib/dpkg/status.d';
const APK = ['/lib/apk/db/installed', '/usr/lib/apk/db/installed'];
const RPM = ['/var/lib/rpm/rpmdb.sqlite', '/usr/lib/sysimage/rpm/rpmdb.sqlite'];
const RPM_OTHERS = ['/var/lib/rpm', '/usr/lib/sysimage/rpm'].flatMap((folder) => [
  `${folder}/Packages`,
  `${folder}/Packages.db`,
]);
const PACMAN = '/var/lib/pacman/local';

interface Reading {
  readonly files: ImageFiles;
  readonly gathered: GatheredFiles;
}

type Versions = ReadonlyMap<string, readonly string[]>;

/** Reads the records of the image's package manager; nothing in the image is run. */
export async function readPackages(
  files: ImageFiles,
  chosen: PackageManager | undefined,
): Promise<PackageDatabase> {
  const gathered = await gatherFiles(
    files,
    { paths: [DPKG_FOLDER, PACMAN, ...RPM_OTHERS], owners: [], contents: [DPKG, ...APK, ...RPM] },
    'whole',
  );
  const reading = { files, gathered };
  const manager =
    chosen ?? managers.find((each) => sources[each].paths.some((path) => isThere(gathered, path)));
  if (manager === undefined) {
    return {
      problem: 'cannot be told: the image has no records of dpkg, apk, rpm or pacman',
      fix: 'Test a file of the package instead.',
    };
  }
  return await readManager(manager, reading);
}

async function readManager(manager: PackageManager, reading: Reading): Promise<PackageDatabase> {
  if (manager === 'rpm' && !RPM.some((path) => isThere(reading.gathered, path))) {
    const found = RPM_OTHERS.find((path) => isThere(reading.gathered, path));
    if (found !== undefined) {
      return {
        problem: `cannot be told: ${found} is a database of an older rpm, which only rpm itself reads`,
        fix: 'Test a file of the package instead.',
      };
    }
  }
  const versions = await sources[manager].read(reading);
  return 'problem' in versions ? versions : { manager, versions: versions.versions };
}

interface Source {
  /** Of which one is there when the manager is used. */
  readonly paths: readonly string[];
  readonly read: (
    reading: Reading,
  ) => Promise<
    { readonly versions: Versions } | { readonly problem: string; readonly fix: string }
  >;
}

/** In the order in which they are looked for. */
const managers = ['dpkg', 'apk', 'rpm', 'pacman'] as const satisfies readonly PackageManager[];

const sources: Readonly<Record<PackageManager, Source>> = {
  dpkg: {
    paths: [DPKG, DPKG_FOLDER],
    read: async ({ files, gathered }) => {
      const inFolder = await files.walk(DPKG_FOLDER, (names) =>
        names.at(-1)?.endsWith('.md5sums') === true ? 'nothing' : 'contents',
      );
      const texts = (inFolder ?? []).map(({ contents }) => contents?.toString('utf8') ?? '');
      const records = [textAt(gathered, DPKG), ...texts].flatMap(parseDpkgStatus);
      return { versions: byName(records) };
    },
  },
  apk: {
    paths: APK,
    read: async ({ gathered }) => ({
      versions: byName(APK.flatMap((path) => parseApkInstalled(textAt(gathered, path)))),
    }),
  },
  rpm: {
    paths: [...RPM, ...RPM_OTHERS],
    read: async ({ gathered }) => {
      const records = RPM.flatMap((path) => {
        const bytes = gathered.bytes(path);
        return bytes === undefined ? [] : [readRpmDatabase(bytes)];
      });
      const problem = records.find((each) => 'problem' in each);
      if (problem !== undefined) {
        const fix = 'Test a file of the package instead.';
        return { problem: `cannot be told: the database of rpm ${problem.problem}`, fix };
      }
      return {
        versions: byName(records.flatMap((each) => ('packages' in each ? each.packages : []))),
      };
    },
  },
  pacman: {
    paths: [PACMAN],
    read: async ({ files }) => {
      const walked = await files.walk(PACMAN, (names) =>
        names.at(-1) === 'desc' ? 'contents' : 'nothing',
      );
      const texts = (walked ?? []).map(({ contents }) => contents?.toString('utf8') ?? '');
      return { versions: byName(texts.flatMap(parsePacmanDescription)) };
    },
  },
};

function byName(records: readonly { readonly name: string; readonly version: string }[]): Versions {
  const versions = new Map<string, string[]>();
  for (const { name, version } of records) {
    const known = versions.get(name) ?? [];
    versions.set(name, [...known, version]);
  }
  return versions;
}

function isThere(gathered: GatheredFiles, path: string): boolean {
  return gathered.found(path).state === 'there';
}

function textAt(gathered: GatheredFiles, path: string): string {
  return gathered.bytes(path)?.toString('utf8') ?? '';
}
