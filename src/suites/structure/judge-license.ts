import type { Complaint } from '../case-book.ts';
import type { LicenseTest } from './file-schema.ts';
import { gatherFiles, type ContentReading, type LinkRule } from '../gather-files.ts';
import type { ChooseEntry, ImageFiles, WalkedEntry } from '../image-files.ts';

/** The texts that a licence test looks at. */
export interface LicenseTexts {
  /** Package to its copyright file. Absent when the image has no folder of packages, or when it was not asked for. */
  readonly packages?: ReadonlyMap<string, ContentReading> | undefined;
  /** By path. */
  readonly files: ReadonlyMap<string, ContentReading>;
}

const PACKAGES = '/usr/share/doc';
const COPYRIGHT = 'copyright';
/** Its copyright file is long and names what it does not use. */
const PASSED_OVER = 'libgnutls30';
const DENIED = ['AGPL', 'WTFPL'];

export async function gatherLicenses(
  files: ImageFiles,
  test: LicenseTest,
  rule: LinkRule,
): Promise<LicenseTexts> {
  const walked = test.debian ? await files.walk(PACKAGES, chooseCopyright) : undefined;
  const unread = walked?.filter(isUnread).map(({ names }) => copyrightOf(names[0])) ?? [];
  const wishes = { paths: [], owners: [], contents: [...unread, ...test.files] };
  const view = await gatherFiles(files, wishes, rule);
  const read = new Map(
    walked?.flatMap(({ names, contents }) =>
      contents === undefined ? [] : [[names[0], contents.toString('utf8')] as const],
    ),
  );
  const folders = walked?.filter(({ names, kind }) => names.length === 1 && kind === 'folder');
  return {
    packages: folders && new Map(folders.map(({ names: [name = ''] }) => [name, textOf(name)])),
    files: new Map(test.files.map((path) => [path, view.content(path)])),
  };

  function textOf(name: string): ContentReading {
    const text = read.get(name);
    return text === undefined ? view.content(copyrightOf(name)) : { state: 'read', text };
  }
}

/** A package that is a link to another one's folder is not looked at, as in the original. */
const chooseCopyright: ChooseEntry = ([, file, ...rest], kind) => {
  if (file === undefined) return kind === 'folder' ? 'head' : 'nothing';
  return file === COPYRIGHT && rest.length === 0 ? 'contents' : 'nothing';
};

function isUnread({ names, contents }: WalkedEntry): boolean {
  return names.length === 2 && contents === undefined;
}

function copyrightOf(name = ''): string {
  return `${PACKAGES}/${name}/${COPYRIGHT}`;
}

export function judgeLicense(
  test: LicenseTest,
  { packages, files }: LicenseTexts,
  isCompat: boolean,
): readonly Complaint[] {
  const named = [...(packages ?? [])].filter(([name]) => name !== PASSED_OVER);
  return [
    ...(test.debian ? complaintsAboutFolder(packages, isCompat) : []),
    ...[...named, ...files].flatMap(([name, reading]) => complaintsAboutLicense(name, reading)),
  ];
}

function complaintsAboutFolder(
  packages: LicenseTexts['packages'],
  isCompat: boolean,
): readonly Complaint[] {
  const fix = 'Write `debian: false` for an image without Debian packages.';
  if (packages === undefined) return [{ message: `There is no ${PACKAGES}`, fix }];
  if (packages.size > 0 || isCompat) return [];
  return [{ message: `No package has a folder in ${PACKAGES}: nothing was tested`, fix }];
}

function complaintsAboutLicense(name: string, reading: ContentReading): readonly Complaint[] {
  if (reading.state === 'unread') {
    const message = `The licence of ${name} cannot be read: ${reading.problem}`;
    return [{ message, fix: 'Keep the copyright file in the image, or correct the path.' }];
  }
  const upper = reading.text.toUpperCase();
  const denied = DENIED.find((word) => upper.includes(word));
  if (denied === undefined) return [];
  const message = `The licence of ${name} holds the word ${denied}`;
  return [{ message, fix: 'Take the package out of the image, or name the files to look at.' }];
}
