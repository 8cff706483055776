import { RE2JS } from 're2js';
import type { CiEnvironment } from '../kernel/ci-environment.ts';

/** Conditions of a rule or of a whole image; all that are given must hold. */
export interface TagCondition {
  readonly branch?: readonly string[] | undefined;
  readonly tag?: readonly string[] | undefined;
}

/** Why the condition does not hold; absent when it does. */
export function reasonAgainst(
  when: TagCondition | undefined,
  ci: CiEnvironment,
): string | undefined {
  return (
    reasonAgainstName('branch', when?.branch, ci.branch) ??
    reasonAgainstName('git tag', when?.tag, ci.tag)
  );
}

/** Why nothing of this build may ship, whatever the rules say; absent when something may. */
export function reasonAgainstBuild(ci: CiEnvironment): string | undefined {
  if (ci.isFork) return 'builds of forks never ship';
  if (ci.pullRequest !== undefined && ci.pullRequest !== '') {
    return `pull requests never ship, and this is pull request ${ci.pullRequest}`;
  }
  // CircleCI names the branch of a fork's pull request so, and says nothing else.
  if (/^(?:refs\/)?(?:pull|merge-requests)\/\d+(?:\/|$)/u.test(ci.branch ?? '')) {
    return `pull requests never ship, and the branch is \`${ci.branch}\``;
  }
  return undefined;
}

/**
 * Whether a branch or git tag matches a glob: `*` is any text without `/`, `**` any text, `?` one character
 * that is no `/`. The whole name must match.
 */
function matchesGlob(name: string, glob: string): boolean {
  const source = glob
    .split(/(\*+|\?)/u)
    .map((token) => {
      if (token === '?') return '[^/]';
      if (token === '*') return '[^/]*';
      return /^\*+$/u.test(token)
        ? '.*'
        : token.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
    })
    .join('');
  // In linear time, whatever somebody writes into a condition.
  return RE2JS.compile(source, RE2JS.DOTALL).matches(name);
}

function reasonAgainstName(
  what: string,
  globs: readonly string[] | undefined,
  name: string | undefined,
): string | undefined {
  if (globs === undefined) return undefined;
  const wanted = globs.map((glob) => `\`${glob}\``).join(' or ');
  if (name === undefined || name === '')
    return `only for ${what} ${wanted}, and there is no ${what}`;
  if (globs.some((glob) => matchesGlob(name, glob))) return undefined;
  return `only for ${what} ${wanted}, and this is \`${name}\``;
}
