import { isAbsolute, join, relative, resolve } from 'node:path';
import { realpath } from 'node:fs/promises';
import type { Path, Problem } from '../../config/diagnostics.ts';
import { didYouMean } from '../../config/suggestion.ts';
import { systemCodeOf } from '../../kernel/errors.ts';
import type { ComposeFile } from './compose-schema.ts';
import type { Service } from './service-schema.ts';
import type { PlannedMount } from './sut-plan.ts';

export interface MountSurroundings {
  readonly compose: ComposeFile;
  /** Absolute folder of the Compose file. */
  readonly folder: string;
  /** Absolute: no path outside of it is mounted. */
  readonly projectFolder: string;
}

export interface ServiceMounts {
  readonly mounts: readonly PlannedMount[];
  /** Path to options. */
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

/** Looks at the disk, and changes nothing: paths that are to be made are made when they are mounted. */
export async function mountsOfService(
  name: string,
  service: Service,
  around: MountSurroundings,
): Promise<ServiceMounts> {
  const mounts: PlannedMount[] = [];
  const problems: Problem[] = [];
  const tmpfs = Object.fromEntries(service.tmpfs.map(pathAndOptions));
  for (const [index, written] of service.volumes.entries()) {
    const path: Path = ['services', name, 'volumes', index];
    const { target, isReadOnly, source } = written;
    if (written.type === 'tmpfs') {
      tmpfs[target] = written.sizeBytes === undefined ? '' : `size=${String(written.sizeBytes)}`;
      continue;
    }
    if (written.type === 'volume') {
      mounts.push({ type: 'volume', source, target, isReadOnly });
      if (source !== undefined) problems.push(...undeclared(path, source, around.compose));
      continue;
    }
    const absolute = resolve(around.folder, source ?? '.');
    mounts.push({ type: 'bind', source: absolute, target, isReadOnly });
    problems.push(...(await problemsOfPath({ ...around, path, written, absolute })));
  }
  return { mounts, tmpfs, problems };
}

/** `/run:size=64m`. */
function pathAndOptions(text: string): readonly [string, string] {
  const at = text.indexOf(':');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function undeclared(path: Path, volume: string, compose: ComposeFile): readonly Problem[] {
  const known = Object.keys(compose.volumes);
  if (!compose.declaresVolumes || known.includes(volume)) return [];
  return [
    {
      path,
      message: `\`volumes\` declares no volume \`${volume}\`.`,
      suggestion:
        didYouMean(volume, known) ??
        `Add \`volumes: { ${volume}: {} }\` to the file; a path begins with \`./\`.`,
    },
  ];
}

interface WrittenPath extends Pick<MountSurroundings, 'projectFolder'> {
  readonly path: Path;
  readonly written: Service['volumes'][number];
  readonly absolute: string;
}

async function problemsOfPath(bind: WrittenPath): Promise<readonly Problem[]> {
  const { path, written, absolute, projectFolder } = bind;
  const shown = written.source ?? '';
  const real = await realPathOf(absolute);
  const isInside =
    !shown.startsWith('~') &&
    isWithin(absolute, projectFolder) &&
    isWithin(real.path, (await realPathOf(projectFolder)).path);
  if (!isInside) {
    const message = `\`${shown}\` is not in the folder of the project: a test gets nothing else of this machine.`;
    const suggestion = shown.endsWith('docker.sock')
      ? 'Run what needs the engine from a script suite.'
      : 'Mount a path of the project, or run the file from a script suite.';
    return [{ path, message, suggestion }];
  }
  if (real.isThere || written.createsSource) return [];
  return [{ path, message: `There is no \`${shown}\`.` }];
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith('../') && !isAbsolute(way);
}

/** Where a path leads to, as far as it is there. */
async function realPathOf(
  path: string,
): Promise<{ readonly path: string; readonly isThere: boolean }> {
  try {
    return { path: await realpath(path), isThere: true };
  } catch (error) {
    const parent = resolve(path, '..');
    if (systemCodeOf(error) !== 'ENOENT' || parent === path) throw error;
    const above = await realPathOf(parent);
    return { path: join(above.path, relative(parent, path)), isThere: false };
  }
}
