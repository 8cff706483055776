import { request, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { posix } from 'node:path';
import { z } from 'zod';
import type { Dial } from './engine-dial.ts';

const paths = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((map) => Object.keys(map ?? {}));

/**
 * What of a create request says which paths are mounted.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate
 */
export const createdContainer = z.object({
  Image: z.string().min(1),
  Volumes: paths,
  HostConfig: z
    .object({
      Binds: z.array(z.string()).nullish(),
      Mounts: z.array(z.object({ Target: z.string().nullish() })).nullish(),
      Tmpfs: paths,
      VolumesFrom: z.array(z.string()).nullish(),
    })
    .nullish(),
});
export type CreatedContainer = z.output<typeof createdContainer>;

/** The paths for which the engine would make an anonymous volume. */
export function anonymousTargets(
  container: CreatedContainer,
  imageVolumes: readonly string[],
): readonly string[] {
  const host = container.HostConfig;
  // A mount of ours would hide the volume of the other container, which may be at the same path.
  if ((host?.VolumesFrom ?? []).length > 0) return [];
  const covered = new Set(
    [
      ...(host?.Binds ?? []).map((bind) => bind.split(':')[1] ?? ''),
      ...(host?.Mounts ?? []).map((mount) => mount.Target ?? ''),
      ...(host?.Tmpfs ?? []),
    ].map(cleanPath),
  );
  const wanted = new Set([...container.Volumes, ...imageVolumes].map(cleanPath));
  return [...wanted].filter((path) => path.startsWith('/') && path !== '/' && !covered.has(path));
}

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageInspect */
const inspectedImage = z.object({ Config: z.object({ Volumes: paths }).nullish() });

/** Asks the engine for the volumes that an image declares; none when it has no such image. */
export function volumesOfImages(dial: Dial): (image: string) => Promise<readonly string[]> {
  return async (image) => {
    const path = `/images/${encodeURIComponent(image)}/json`;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const call = request({ createConnection: dial, path, headers: { host: 'docker' } });
      call.once('response', resolve);
      call.once('error', reject);
      call.end();
    });
    const inspected = inspectedImage.safeParse(await json(response));
    return inspected.success ? (inspected.data.Config?.Volumes ?? []) : [];
  };
}

function cleanPath(path: string): string {
  const clean = posix.normalize(path);
  return clean.length > 1 && clean.endsWith('/') ? clean.slice(0, -1) : clean;
}
