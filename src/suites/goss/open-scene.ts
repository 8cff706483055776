import { gatherFiles } from '../gather-files.ts';
import { once } from '../once.ts';
import { readPackages, type PackageDatabase, type PackageManager } from './package-database.ts';
import type { Resource } from './resource-kind.ts';
import type { Scene, World } from './world.ts';

export interface SceneOptions {
  readonly world: World;
  readonly signal: AbortSignal;
  readonly manager: PackageManager | undefined;
}

/** Looks at all files that are asked for, at once; what is not asked for is not looked at. */
export async function openScene(
  resources: readonly Resource[],
  { world, signal, manager }: SceneOptions,
): Promise<Scene> {
  const active = resources.filter(({ isSkipped }) => !isSkipped);
  const wishes = active.map((resource) => resource.kind.wishes?.(resource, world.env) ?? {});
  const wanted = {
    paths: [...new Set(wishes.flatMap(({ paths = [] }) => paths))],
    owners: [...new Set(wishes.flatMap(({ owners = [] }) => owners))],
    contents: [...new Set(wishes.flatMap(({ contents = [] }) => contents))],
  };
  const hasWishes = Object.values(wanted).some((paths) => paths.length > 0);
  const files = hasWishes ? await gatherFiles(await world.files(), wanted, 'whole') : nothing;
  const packages = new Map<'all', Promise<PackageDatabase>>();
  return {
    world,
    files,
    signal,
    packages: () =>
      once(packages, 'all', async () => await readPackages(await world.files(), manager)),
  };
}

const nothing: Scene['files'] = Object.freeze({
  found: () => ({ state: 'absent' as const }),
  entry: () => undefined,
  bytes: () => undefined,
  content: (path: string) => ({ state: 'unread' as const, problem: `nobody looked for ${path}` }),
});
