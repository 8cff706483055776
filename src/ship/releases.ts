import { compare, parse, type SemVer } from 'semver';
import type { TagTemplate } from '../config/tag-template.ts';

/** Text around a version in a tag: `{version}-alpine` has the suffix `-alpine`. */
export interface TagShape {
  readonly prefix: string;
  readonly suffix: string;
}

/** A release that the repository has already, read from one of its tags. */
export interface Release {
  readonly tag: string;
  readonly version: SemVer;
  readonly shape: TagShape;
}

const BARE: TagShape = Object.freeze({ prefix: '', suffix: '' });

/** The version of a git tag, `v1.2.3` or `1.2.3-rc.1`; absent when it is none. */
export function versionOf(gitTag: string | undefined): SemVer | undefined {
  return parse(gitTag?.replace(/^v(?=\d)/u, '')) ?? undefined;
}

/** Build metadata is written with `_`, since no tag can hold `+` and `-` would make a pre-release of it. */
export function renderVersion(version: SemVer): string {
  return version.build.length === 0
    ? version.version
    : `${version.version}_${version.build.join('.')}`;
}

/** The shapes in which the rules write whole versions; the bare one when none does. */
export function shapesOf(templates: readonly TagTemplate[]): readonly TagShape[] {
  const shapes = templates.flatMap((template): readonly TagShape[] => {
    if (template.kind === 'semver') return [BARE];
    if (template.kind === 'latest') return [];
    const shape = shapeOf(template, 'version');
    return shape === undefined ? [] : [shape];
  });
  return shapes.length === 0 ? [BARE] : shapes;
}

/** What stands before and after a placeholder; absent when the template lacks it or has others besides. */
function shapeOf(
  template: TagTemplate & { readonly kind: 'parts' },
  name: string,
): TagShape | undefined {
  const at = template.parts.findIndex((part) => 'placeholder' in part && part.placeholder === name);
  if (at === -1) return undefined;
  const others = template.parts.filter((_, index) => index !== at);
  if (!others.every((part) => 'literal' in part)) return undefined;
  const text = (from: number, to?: number): string =>
    template.parts
      .slice(from, to)
      .map((part) => ('literal' in part ? part.literal : ''))
      .join('');
  return { prefix: text(0, at), suffix: text(at + 1) };
}

/** Final releases among the tags of a repository. Pre-releases and tags of other shapes are none. */
export function releasesIn(
  tags: readonly string[],
  shapes: readonly TagShape[],
): readonly Release[] {
  return shapes.flatMap((shape) =>
    tags.flatMap((tag): readonly Release[] => {
      if (!tag.startsWith(shape.prefix) || !tag.endsWith(shape.suffix)) return [];
      const middle = tag.slice(shape.prefix.length, tag.length - shape.suffix.length);
      const version = versionOf(middle.replace('_', '+'));
      return version === undefined || version.prerelease.length > 0
        ? []
        : [{ tag, version, shape }];
    }),
  );
}

/** The highest release above `version`; absent when there is none. */
export function releaseAbove(version: SemVer, releases: readonly Release[]): Release | undefined {
  return releases
    .filter((release) => compare(release.version, version) > 0)
    .reduce<Release | undefined>(
      (highest, release) =>
        highest === undefined || compare(release.version, highest.version) > 0 ? release : highest,
      undefined,
    );
}

/** The release that a tag such as `1`, `1.2` or `1.2.3` is another name of; absent when it is of none. */
export function releaseNamed(tag: string, releases: readonly Release[]): Release | undefined {
  return releases.find(({ version, shape }) => {
    const { major, minor, patch } = version;
    const names = [`${major}`, `${major}.${minor}`, `${major}.${minor}.${patch}`];
    return names.some((name) => tag === `${shape.prefix}${name}${shape.suffix}`);
  });
}
