import { environmentOf } from './judge-metadata.ts';
import { gatherFiles, type FileView, type FileWishes, type LinkRule } from '../gather-files.ts';
import type { ImageFiles } from '../image-files.ts';
import { once } from '../once.ts';
import { expandPath, hostOf } from './plan-command.ts';
import type { ExistenceTest, StructureFile } from './structure-file.ts';
import type { World } from './world.ts';

/** Looks into the image once for the tests of all files, when the first of them asks. */
export interface FileReader {
  readonly rule: LinkRule;
  /** All that the tests of files want to know. */
  view(file: StructureFile): Promise<FileView>;
  files(file: StructureFile): Promise<ImageFiles>;
}

export function createFileReader(
  world: World,
  all: readonly StructureFile[],
  rule: LinkRule,
): FileReader {
  const folders = new Map<string, Promise<ImageFiles>>();
  const views = new Map<string, Promise<FileView>>();
  const files = (file: StructureFile): Promise<ImageFiles> =>
    once(folders, keyOf(file), () => world.files(hostOf(file)));
  const view = (file: StructureFile): Promise<FileView> =>
    once(views, keyOf(file), async () => {
      const alike = all.filter((each) => keyOf(each) === keyOf(file));
      return await gatherFiles(await files(file), wishesOf(alike, world), rule);
    });
  return Object.freeze({ rule, view, files });
}

function keyOf(file: StructureFile): string {
  return JSON.stringify(hostOf(file));
}

function wishesOf(files: readonly StructureFile[], world: World): FileWishes {
  const env = environmentOf(world.config);
  const tests = files.flatMap((file) =>
    file.fileExistenceTests.map((test) => ({ test, path: expandPath(test.path, file, env) })),
  );
  return {
    paths: tests.map(({ path }) => path),
    owners: tests.filter(({ test }) => asksForOwner(test)).map(({ path }) => path),
    contents: files.flatMap(({ fileContentTests }) => fileContentTests.map(({ path }) => path)),
  };
}

function asksForOwner({ shouldExist, uid, gid }: ExistenceTest): boolean {
  return shouldExist && (uid !== -1 || gid !== -1);
}
