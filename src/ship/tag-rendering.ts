import type { SemVer } from 'semver';
import type { Placeholder, TagPart } from '../config/tag-template.ts';
import type { CiEnvironment } from '../kernel/ci-environment.ts';
import { branchToTag } from './branch-tag.ts';
import { renderVersion, versionOf } from './releases.ts';

/** A tag, or why this build has no value for one of its placeholders. */
export type Rendering = { readonly tag: string } | { readonly absent: string };

const MAX_TAG_LENGTH = 128;
/** The hash alone. */
const MIN_BRANCH_LENGTH = 7;

/** Fills the placeholders of a template. The branch gets what the other parts leave of 128 characters. */
export function renderTag(parts: readonly TagPart[], ci: CiEnvironment): Rendering {
  const values = parts.map((part) => renderPart(part, ci));
  const absent = values.find((value) => 'absent' in value);
  if (absent !== undefined) return absent;
  const texts = values.map((value) => ('tag' in value ? value.tag : ''));
  const branches = parts.filter(isBranch).length;
  const fixedLength = texts.filter((_, index) => !isBranch(parts[index])).join('').length;
  const branchLength = Math.floor((MAX_TAG_LENGTH - fixedLength) / Math.max(1, branches));
  if (branches > 0 && branchLength < MIN_BRANCH_LENGTH) {
    return { absent: 'the text around `{branch}` leaves no room for it' };
  }
  return {
    tag: texts
      .map((text, index) => (isBranch(parts[index]) ? branchToTag(text, branchLength) : text))
      .join(''),
  };
}

/** Why the build has no version. */
export function reasonForNoVersion(ci: CiEnvironment): string {
  return ci.tag === undefined
    ? 'there is no git tag'
    : `the git tag \`${ci.tag}\` is no version such as \`v1.2.3\``;
}

function isBranch(part: TagPart | undefined): boolean {
  return part !== undefined && 'placeholder' in part && part.placeholder === 'branch';
}

function renderPart(part: TagPart, ci: CiEnvironment): Rendering {
  if ('literal' in part) return { tag: part.literal };
  const { placeholder } = part;
  if (placeholder === 'build') {
    return orAbsent(ci.buildNumber, 'there is no build number; set `BUILD_NUM`');
  }
  if (placeholder === 'commit') {
    return orAbsent(ci.commit?.slice(0, part.length), 'there is no git commit');
  }
  if (placeholder === 'branch') return orAbsent(ci.branch, 'there is no branch');
  return renderOfVersion(placeholder, ci);
}

function renderOfVersion(name: Extract<Placeholder, keyof SemVer>, ci: CiEnvironment): Rendering {
  const version = versionOf(ci.tag);
  if (version === undefined) return { absent: reasonForNoVersion(ci) };
  if (name === 'version') return { tag: renderVersion(version) };
  if (version.prerelease.length > 0) {
    return { absent: `\`${ci.tag}\` is a pre-release and gives only its full version` };
  }
  return { tag: String(version[name]) };
}

function orAbsent(value: string | undefined, absent: string): Rendering {
  return value === undefined || value === '' ? { absent } : { tag: value };
}
