import type { LoadedConfig } from '../config/load-config.ts';
import { messageOfDiagnostics } from '../config/errors.ts';
import type { Diagnostic, Path } from '../config/diagnostics.ts';
import { PipelineError } from './errors.ts';
import { repositoryOf, type ProjectImage } from './project.ts';

interface TagWriter {
  readonly image: string;
  readonly path: Path;
}

/** `semver` is short for these. */
const SEMVER_TAGS = ['{version}', '{major}.{minor}', '{major}'];

/**
 * Refuses two images that would write one tag of one repository, literal or by the same template: the last
 * one would win, and the gate would have judged the other. Conditions do not excuse it.
 * @throws {PipelineError} PROJECT_TAG_CONFLICT with every place
 */
export function assertTagsApart(
  images: readonly Pick<ProjectImage, 'name' | 'ship'>[],
  registry: string | undefined,
  loaded: Pick<LoadedConfig, 'diagnose' | 'positionOf'>,
): void {
  const writers = new Map<string, TagWriter>();
  const conflicts = images.flatMap((image) =>
    tagsOf(image).flatMap(({ tag, path }): readonly Diagnostic[] => {
      // Without a registry the names alone are compared; shipping will ask for one.
      const ref = `${repositoryOf(image, registry ?? 'docker.io')}:${tag}`;
      const earlier = writers.get(ref);
      if (earlier === undefined) writers.set(ref, { image: image.name, path });
      if (earlier === undefined || earlier.image === image.name) return [];
      const line = loaded.positionOf(earlier.path)?.line;
      const where = line === undefined ? '' : ` in line ${line}`;
      return [
        loaded.diagnose({
          path,
          message: `\`${image.name}\` would write ${ref}, which \`${earlier.image}\` writes${where}.`,
        }),
      ];
    }),
  );
  if (conflicts.length > 0) {
    throw new PipelineError('PROJECT_TAG_CONFLICT', messageOfDiagnostics(conflicts), {
      details: { conflicts },
    });
  }
}

function tagsOf(
  image: Pick<ProjectImage, 'name' | 'ship'>,
): readonly { readonly tag: string; readonly path: Path }[] {
  return (image.ship?.tags ?? []).flatMap((rule, index) => {
    const isText = typeof rule === 'string';
    const text = isText ? rule : rule.tag;
    const path = ['images', image.name, 'ship', 'tags', index, ...(isText ? [] : ['tag'])];
    return (text === 'semver' ? SEMVER_TAGS : [text]).map((tag) => ({ tag, path }));
  });
}
