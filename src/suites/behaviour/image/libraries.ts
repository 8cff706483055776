import { posix } from 'node:path';
import type { ImageTree, TreeFile } from '../../../engine/image-tree.ts';
import type { FileFacts } from './file-facts.ts';

/** A library that a program must have to start. */
export interface MissingLibrary {
  readonly name: string;
  /** Path of the program or library that asks for it. */
  readonly by: string;
  /** Where the image has one of that name, where it is not looked for; absent when nowhere. */
  readonly elsewhere?: string | undefined;
}

type Tree = ImageTree<FileFacts>;

/** Where dynamic linkers look without being told. @see https://man7.org/linux/man-pages/man8/ld.so.8.html */
const DEFAULT_FOLDERS = [
  '/lib',
  '/usr/lib',
  '/lib64',
  '/usr/lib64',
  '/usr/local/lib',
  ...['x86_64', 'aarch64', 'arm', 'i386', 'riscv64', 'powerpc64le', 's390x'].flatMap((machine) =>
    ['linux-gnu', 'linux-gnueabihf', 'linux-musl'].flatMap((system) => [
      `/lib/${machine}-${system}`,
      `/usr/lib/${machine}-${system}`,
      `/usr/local/lib/${machine}-${system}`,
    ]),
  ),
];

/** musl's dynamic linker is these libraries itself. */
const IN_MUSL = /^lib(?:c|pthread|rt|m|dl|util|xnet)\.|^libc\.musl-/u;

export interface LibrarySearch {
  /**
   * What the program, and all that it needs in turn, cannot find. A library that the image has elsewhere may be
   * found by a way that is not known here.
   */
  missingOf(program: TreeFile<FileFacts>): readonly MissingLibrary[];
}

/** @param variable `LD_LIBRARY_PATH` of the container; absent when it has none */
export function openLibrarySearch(tree: Tree, variable: string | undefined): LibrarySearch {
  const configured = configuredFolders(tree);
  const cache = tree.fileAt('/etc/ld.so.cache')?.facts?.text ?? '';
  const byName = libraryPaths(tree);
  const foldersFor = ({ path, facts }: TreeFile<FileFacts>): readonly string[] => [
    ...(facts?.elf?.searchPaths ?? []).map((folder) =>
      folder.replaceAll(/\$\{?ORIGIN\}?/gu, posix.dirname(path)),
    ),
    ...(variable ?? '').split(/[:;]/u).filter((folder) => folder !== ''),
    ...configured,
    ...DEFAULT_FOLDERS,
  ];
  const find = (name: string, by: TreeFile<FileFacts>): TreeFile<FileFacts> | undefined => {
    if (name.includes('/')) return tree.fileAt(name);
    for (const folder of foldersFor(by)) {
      const file = tree.fileAt(`${folder}/${name}`);
      if (file !== undefined) return file;
    }
    const cached = byName.get(name)?.find((path) => cache.includes(`${path}\0`));
    return cached === undefined ? undefined : tree.fileAt(cached);
  };
  return {
    missingOf: (program) =>
      search(program, find).map((missing) => ({
        ...missing,
        elsewhere: byName.get(missing.name)?.[0],
      })),
  };
}

function search(
  program: TreeFile<FileFacts>,
  find: (name: string, by: TreeFile<FileFacts>) => TreeFile<FileFacts> | undefined,
): readonly MissingLibrary[] {
  const isMusl = program.facts?.elf?.interpreter?.includes('ld-musl') ?? false;
  const missing: MissingLibrary[] = [];
  const seen = new Set<string>();
  const open = [program];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    for (const name of namesNeededBy(file, isMusl).filter((each) => !seen.has(each))) {
      seen.add(name);
      const library = find(name, file);
      if (library === undefined) missing.push({ name, by: file.path });
      else open.push(library);
    }
  }
  return missing;
}

function namesNeededBy({ facts }: TreeFile<FileFacts>, isMusl: boolean): readonly string[] {
  const names = facts?.elf?.needed ?? [];
  return isMusl ? names.filter((name) => !IN_MUSL.test(name)) : names;
}

function libraryPaths(tree: Tree): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, string[]>();
  for (const { path, type } of tree.files.values()) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (type === 'folder' || !name.includes('.so')) continue;
    const paths = byName.get(name);
    if (paths === undefined) byName.set(name, [path]);
    else paths.push(path);
  }
  return byName;
}

const CONFIGURATION = /^\/etc\/(?:ld\.so\.conf|ld\.so\.conf\.d\/[^/]+\.conf|ld-musl-[^/]+\.path)$/u;

function configuredFolders(tree: Tree): readonly string[] {
  return [...tree.files.values()]
    .filter(({ path }) => CONFIGURATION.test(path))
    .flatMap(({ facts }) => facts?.text?.split(/[\n:]/u) ?? [])
    .map((line) => line.trim())
    .filter((line) => line.startsWith('/'));
}
