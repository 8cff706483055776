import type { SemVer } from 'semver';
import type { Placeholder } from '../config/tag-template.ts';
import type { CiEnvironment } from '../kernel/ci-environment.ts';
import { isTag } from '../kernel/image-reference.ts';
import { isReservedTag } from '../kernel/reserved-tags.ts';
import { releaseAbove, releaseNamed, type Release } from './releases.ts';

/** What decides whether a tag may move. */
export interface TagSituation {
  readonly ci: CiEnvironment;
  readonly defaultBranch: string | undefined;
  /** Version of the git tag that is built. */
  readonly version: SemVer | undefined;
  /** Absent when nobody asked the registry. */
  readonly releases: readonly Release[] | undefined;
}

/** `latest` comes from the default branch, or from a release that no release of the repository exceeds. */
export function reasonAgainstLatest(situation: TagSituation): string | undefined {
  const { ci, version, defaultBranch } = situation;
  if (version !== undefined) {
    if (version.prerelease.length > 0) return `\`${ci.tag}\` is a pre-release`;
    return reasonAgainstLower(situation, version, () => true);
  }
  if (ci.branch === undefined) {
    return ci.tag === undefined
      ? 'there is no branch'
      : `the git tag \`${ci.tag}\` is no version such as \`v1.2.3\``;
  }
  if (defaultBranch === undefined) return 'the default branch is not known; set `default_branch`';
  return ci.branch === defaultBranch
    ? undefined
    : `only from the default branch \`${defaultBranch}\`, and this is \`${ci.branch}\``;
}

/** A shortened version must not go back to an older release of its line, nor name all of 0.x. */
export function reasonAgainstShortened(
  names: ReadonlySet<Placeholder>,
  situation: TagSituation,
): string | undefined {
  const { version } = situation;
  if (version === undefined || !isShortened(names)) return undefined;
  if (version.major === 0 && !names.has('minor')) {
    return 'version 0 promises nothing, so `{major}` has no meaning';
  }
  return reasonAgainstLower(
    situation,
    version,
    (release) =>
      (!names.has('major') || release.version.major === version.major) &&
      (!names.has('minor') || release.version.minor === version.minor),
  );
}

/** A branch, build or commit must not take a name that means something else. */
export function reasonAgainstName(
  tag: string,
  names: ReadonlySet<Placeholder>,
  situation: TagSituation,
): string | undefined {
  if (!isTag(tag)) return `\`${tag}\` is no valid tag`;
  if (isReservedTag(tag)) return `\`${tag}\` is a name for what is no release`;
  if (!names.has('branch') && !names.has('build') && !names.has('commit')) return undefined;
  if (tag === 'latest') return 'the tag would be `latest`, which has a rule of its own';
  const named = situation.releases && releaseNamed(tag, situation.releases);
  return named && `\`${tag}\` is a name of release \`${named.tag}\``;
}

/** Whether it has a number of the version and nothing that makes it one of a kind. */
function isShortened(names: ReadonlySet<Placeholder>): boolean {
  const unique: readonly Placeholder[] = ['version', 'patch', 'commit', 'build'];
  return (names.has('major') || names.has('minor')) && !unique.some((name) => names.has(name));
}

function reasonAgainstLower(
  situation: TagSituation,
  version: SemVer,
  isOfLine: (release: Release) => boolean,
): string | undefined {
  if (situation.releases === undefined) return 'the tags that the repository has are not known';
  const higher = releaseAbove(version, situation.releases.filter(isOfLine));
  return higher && `\`${higher.tag}\` is there and is a higher release`;
}
