import { describe, expect, test } from 'vitest';
import type { CiEnvironment } from '../kernel/ci-environment.ts';
import { isTag } from '../kernel/image-reference.ts';
import { planTags, type TagPlan, type TagPlanInput } from './tag-plan.ts';

const commit = '0123456789abcdef0123456789abcdef01234567';

function ciWith(values: Partial<CiEnvironment>): CiEnvironment {
  return { provider: 'test', isFork: false, commit, defaultBranch: 'main', ...values };
}

function plan(
  rules: TagPlanInput['rules'],
  ci: Partial<CiEnvironment>,
  more: Partial<TagPlanInput> = {},
): TagPlan {
  return planTags({ rules, ci: ciWith(ci), existingTags: [], ...more });
}

function tagsOf(planned: TagPlan): readonly string[] {
  return planned.tags.map(({ tag }) => tag);
}

describe('what a template becomes', () => {
  test.each<[string, Partial<CiEnvironment>, readonly string[]]>([
    ['1.0', {}, ['1.0']],
    ['{build}', { buildNumber: '57' }, ['57']],
    ['b{build}', { buildNumber: '57' }, ['b57']],
    ['{commit}', {}, [commit]],
    ['{commit:7}', {}, ['0123456']],
    ['sha-{commit:12}', {}, ['sha-0123456789ab']],
    ['{branch}', { branch: 'main' }, ['main']],
    ['{branch}', { branch: 'feat/x' }, ['feat-x-79b4cc5']],
    ['{branch}-{commit:7}', { branch: 'dev' }, ['dev-0123456']],
    ['{branch}-{branch}', { branch: 'dev' }, ['dev-dev']],
    ['{version}', { tag: 'v1.2.3' }, ['1.2.3']],
    ['{version}', { tag: '1.2.3' }, ['1.2.3']],
    ['v{version}', { tag: 'v1.2.3' }, ['v1.2.3']],
    ['{version}-alpine', { tag: 'v1.2.3' }, ['1.2.3-alpine']],
    ['{version}', { tag: 'v1.2.3-rc.1' }, ['1.2.3-rc.1']],
    ['{version}', { tag: 'v1.2.3+build.5' }, ['1.2.3_build.5']],
    ['{major}.{minor}', { tag: 'v1.2.3' }, ['1.2']],
    ['{major}.{minor}.{patch}', { tag: 'v1.2.3' }, ['1.2.3']],
    ['{major}', { tag: 'v1.2.3' }, ['1']],
    ['{major}.{minor}', { tag: 'v0.2.3' }, ['0.2']],
    ['semver', { tag: 'v1.2.3' }, ['1.2.3', '1.2', '1']],
    ['semver', { tag: 'v0.2.3' }, ['0.2.3', '0.2']],
    ['semver', { tag: 'v1.2.3-rc.1' }, ['1.2.3-rc.1']],
    ['latest', { branch: 'main' }, ['latest']],
    ['latest', { tag: 'v1.2.3' }, ['latest']],
  ])('%s in %j is %j', (rule, ci, tags) => {
    const planned = plan([rule], ci);

    expect(tagsOf(planned)).toEqual(tags);
    expect(planned.ships).toBe(true);
  });
});

describe('a rule whose value is absent is skipped with a reason', () => {
  test.each<[string, Partial<CiEnvironment>, string]>([
    ['{build}', {}, 'there is no build number; set `BUILD_NUM`'],
    ['{build}', { buildNumber: '' }, 'there is no build number'],
    ['{commit}', { commit: undefined }, 'there is no git commit'],
    ['{branch}', { tag: 'v1.2.3' }, 'there is no branch'],
    ['{version}', { branch: 'main' }, 'there is no git tag'],
    ['semver', { branch: 'main' }, 'there is no git tag'],
    ['semver', { tag: 'nightly' }, 'the git tag `nightly` is no version such as `v1.2.3`'],
    ['{version}', { tag: 'v1.2' }, 'the git tag `v1.2` is no version'],
    ['{version}', { tag: 'v01.2.3' }, 'the git tag `v01.2.3` is no version'],
    ['{major}', { tag: 'v0.2.3' }, 'version 0 promises nothing'],
    ['{major}', { tag: 'v1.2.3-rc.1' }, '`v1.2.3-rc.1` is a pre-release and gives only its full'],
    ['{major}.{minor}', { tag: 'v1.2.3-rc.1' }, 'is a pre-release'],
    ['latest', { tag: 'v1.2.3-rc.1' }, '`v1.2.3-rc.1` is a pre-release'],
    ['latest', { tag: 'nightly' }, 'the git tag `nightly` is no version'],
    ['latest', {}, 'there is no branch'],
    ['latest', { branch: 'dev' }, 'only from the default branch `main`, and this is `dev`'],
    ['latest', { branch: 'main', defaultBranch: undefined }, 'the default branch is not known'],
    ['{build}', { buildNumber: '#5' }, '`#5` is no valid tag'],
    ['{nonsense}', {}, 'has an unknown placeholder'],
  ])('%s in %j: %s', (rule, ci, reason) => {
    const planned = plan([rule], ci);

    expect(planned.skipped[0]?.reason).toContain(reason);
    expect(planned.tags).toEqual([]);
    expect(planned.ships).toBe(false);
    expect(planned.reason).toContain(`no tag applies (\`${rule}\``);
  });

  test('and the others still apply', () => {
    const planned = plan(['{build}', 'latest'], { branch: 'main' });

    expect(planned).toMatchObject({ ships: true, reason: 'tags: latest' });
    expect(planned.skipped[0]).toMatchObject({ rule: '{build}' });
  });
});

describe('the traps of other tag tools', () => {
  test('latest does not depend on the order or number of the rules', () => {
    const rules = ['latest', 'nightly', 'semver', '{commit:7}'];

    const forward = tagsOf(plan(rules, { tag: 'v1.2.3' }));
    const backward = tagsOf(plan(rules.toReversed(), { tag: 'v1.2.3' }));

    expect(forward).toEqual(['1.2.3', '0123456', '1.2', '1', 'nightly', 'latest']);
    expect(backward).toEqual(forward);
  });

  test('a rule that is not latest never implies it', () => {
    expect(tagsOf(plan(['semver', '{branch}'], { tag: 'v1.2.3', branch: 'main' }))).not.toContain(
      'latest',
    );
  });

  test('v1.9.1 after v2.0.1 takes neither latest nor what belongs to 2', () => {
    const planned = plan(
      ['semver', 'latest'],
      { tag: 'v1.9.1' },
      { existingTags: ['2.0.1', '2.0', '2', '1.9.0', '1.9', '1', 'latest'] },
    );

    expect(tagsOf(planned)).toEqual(['1.9.1', '1.9', '1']);
    expect(planned.skipped).toEqual([
      { rule: 'latest', reason: '`2.0.1` is there and is a higher release' },
    ]);
  });

  test('v1.8.5 after v1.9.0 does not take back the major', () => {
    const planned = plan(['semver'], { tag: 'v1.8.5' }, { existingTags: ['1.9.0', '1.8.4'] });

    expect(tagsOf(planned)).toEqual(['1.8.5', '1.8']);
    expect(planned.skipped).toEqual([
      { rule: 'semver', reason: '`{major}`: `1.9.0` is there and is a higher release' },
    ]);
  });

  test('v1.8.5 after v1.8.6 gets only its full version', () => {
    const planned = plan(['semver'], { tag: 'v1.8.5' }, { existingTags: ['1.8.6'] });

    expect(tagsOf(planned)).toEqual(['1.8.5']);
  });

  test('versions are compared as numbers, not as text', () => {
    const planned = plan(['latest'], { tag: 'v1.10.0' }, { existingTags: ['1.9.9'] });

    expect(tagsOf(planned)).toEqual(['latest']);
  });

  test('the same release again keeps all its tags', () => {
    const planned = plan(['semver', 'latest'], { tag: 'v1.2.3' }, { existingTags: ['1.2.3', '1'] });

    expect(tagsOf(planned)).toEqual(['1.2.3', '1.2', '1', 'latest']);
  });

  test('a higher pre-release does not keep latest from a release', () => {
    const planned = plan(['latest'], { tag: 'v1.2.3' }, { existingTags: ['2.0.0-rc.1'] });

    expect(tagsOf(planned)).toEqual(['latest']);
  });

  test('build numbers, years and short tags are no releases', () => {
    const planned = plan(
      ['latest'],
      { tag: 'v1.2.3' },
      { existingTags: ['57', '2024', '9.9', 'x'] },
    );

    expect(tagsOf(planned)).toEqual(['latest']);
  });

  test('variants of one repository are compared only with their own kind', () => {
    const rules = ['{version}-alpine', '{major}-alpine', 'latest'];

    const planned = plan(
      rules,
      { tag: 'v1.2.3' },
      { existingTags: ['2.0.0', '1.3.0-debian', '1.2.2-alpine'] },
    );
    const older = plan(rules, { tag: 'v1.2.3' }, { existingTags: ['1.3.0-alpine'] });

    expect(tagsOf(planned)).toEqual(['1.2.3-alpine', '1-alpine', 'latest']);
    expect(tagsOf(older)).toEqual(['1.2.3-alpine']);
  });

  test('without knowing the tags of the repository nothing that needs them moves', () => {
    const planned = plan(['semver', 'latest'], { tag: 'v1.2.3' }, { existingTags: undefined });

    expect(tagsOf(planned)).toEqual(['1.2.3']);
    expect(planned.skipped.map(({ reason }) => reason)).toEqual([
      '`{major}.{minor}`: the tags that the repository has are not known',
      '`{major}`: the tags that the repository has are not known',
      'the tags that the repository has are not known',
    ]);
  });

  test('a branch called latest does not get round the rule for latest', () => {
    const planned = plan(['{branch}'], { branch: 'latest' });

    expect(planned.skipped[0]?.reason).toContain('the tag would be `latest`');
  });

  test('a build number or branch does not take the name of a release', () => {
    const existingTags = ['5.1.0', '5.1', '5'];

    const build = plan(['{build}', 'semver'], { buildNumber: '5' }, { existingTags });
    const branch = plan(['{branch}'], { branch: '5.1' }, { existingTags });
    const free = plan(['{build}', 'semver'], { buildNumber: '6' }, { existingTags });

    expect(build.skipped[0]?.reason).toBe('`5` is a name of release `5.1.0`');
    expect(branch.skipped[0]?.reason).toBe('`5.1` is a name of release `5.1.0`');
    expect(tagsOf(free)).toEqual(['6']);
  });

  test('a git tag that is no version does not stop latest on the default branch', () => {
    expect(tagsOf(plan(['latest'], { branch: 'main', tag: 'deployed' }))).toEqual(['latest']);
  });

  test('the default branch of the configuration wins over that of the CI service', () => {
    const planned = plan(['latest'], { branch: 'main' }, { defaultBranch: 'trunk' });

    expect(tagsOf(planned)).toEqual([]);
  });
});

test('a name that keeps a digest, or holds what belongs to an image, is no tag to ship under', () => {
  const names = ['keep-0123456789ab', `sha256-${'a'.repeat(64)}`];

  const planned = names.map((branch) => plan(['{branch}'], { branch }));

  expect(planned.map(({ skipped }) => skipped[0]?.reason)).toEqual(
    names.map((name) => `\`${name}\` is a name for what is no release`),
  );
});

describe('pull requests and forks never ship', () => {
  test.each<[Partial<CiEnvironment>, string]>([
    [
      { branch: 'main', pullRequest: '12' },
      'pull requests never ship, and this is pull request 12',
    ],
    [{ branch: 'main', isFork: true }, 'builds of forks never ship'],
    [{ tag: 'v1.2.3', isFork: true }, 'builds of forks never ship'],
    [{ branch: 'pull/12' }, 'the branch is `pull/12`'],
    [{ branch: 'refs/pull/12/merge' }, 'the branch is `refs/pull/12/merge`'],
  ])('%j', (ci, reason) => {
    const planned = plan(['1.0', 'latest', 'semver'], ci);

    expect(planned).toMatchObject({ ships: false, tags: [], skipped: [] });
    expect(planned.reason).toContain(reason);
  });

  test('but a branch that only sounds like one does', () => {
    expect(plan(['1.0'], { branch: 'pull/request-template' }).ships).toBe(true);
  });
});

describe('conditions', () => {
  test.each<[string, string, boolean]>([
    ['main', 'main', true],
    ['main', 'maintenance', false],
    ['release/*', 'release/1', true],
    ['release/*', 'release/1/2', false],
    ['release/**', 'release/1/2', true],
    ['**', 'a/b', true],
    ['*', 'a/b', false],
    ['v?', 'v1', true],
    ['v?', 'v10', false],
    ['v1.*', 'v1x2', false],
    ['a+(b)', 'a+(b)', true],
    ['[ab]', 'a', false],
    ['[ab]', '[ab]', true],
    ['feature-*', 'feature-x', true],
  ])('the glob %s on branch %s: %s', (glob, branch, holds) => {
    expect(plan(['1.0'], { branch }, { when: { branch: [glob] } }).ships).toBe(holds);
  });

  test('answers at once for a glob that a backtracking search would never be done with', () => {
    const glob = '*a'.repeat(40);

    expect(
      plan(['1.0'], { branch: `${'a'.repeat(60)}b` }, { when: { branch: [glob] } }).ships,
    ).toBe(false);
  });

  test('of a rule skip that rule alone', () => {
    const rules = ['{commit:7}', { tag: 'stable', when: { branch: ['main', 'stable'] } }];

    expect(tagsOf(plan(rules, { branch: 'stable' }))).toEqual(['0123456', 'stable']);
    expect(plan(rules, { branch: 'dev' })).toMatchObject({
      tags: [{ tag: '0123456' }],
      skipped: [
        { rule: 'stable', reason: 'only for branch `main` or `stable`, and this is `dev`' },
      ],
    });
  });

  test('of the image keep all of it from shipping', () => {
    const planned = plan(['{commit:7}'], { branch: 'dev' }, { when: { tag: ['v*'] } });

    expect(planned).toMatchObject({
      ships: false,
      reason: 'only for git tag `v*`, and there is no git tag',
    });
  });

  test('must all hold', () => {
    const when = { branch: ['main'], tag: ['v*'] };

    expect(plan(['1.0'], { branch: 'main', tag: 'v1' }, { when }).ships).toBe(true);
    expect(plan(['1.0'], { branch: 'main' }, { when }).ships).toBe(false);
    expect(plan(['1.0'], { tag: 'v1' }, { when }).ships).toBe(false);
  });
});

describe('the order and kind of tags', () => {
  test('go from the most specific to the most general', () => {
    const rules = [
      'latest',
      'edge',
      '{branch}',
      '{major}',
      '{major}.{minor}',
      '{build}',
      '{commit:7}',
      '{version}',
    ];

    const planned = plan(rules, { tag: 'v1.2.3', branch: 'main', buildNumber: '57' });

    expect(planned.tags.map(({ tag, kind }) => `${tag} ${kind}`)).toEqual([
      '1.2.3 immutable',
      '0123456 immutable',
      '57 immutable',
      '1.2 moving',
      '1 moving',
      'main moving',
      'edge moving',
      'latest moving',
    ]);
  });

  test('name each tag once, by its most specific rule', () => {
    const planned = plan(['1.2.3', '{version}', 'semver'], { tag: 'v1.2.3' });

    expect(planned.tags.map(({ tag, rule }) => [tag, rule])).toEqual([
      ['1.2.3', '{version}'],
      ['1.2', 'semver'],
      ['1', 'semver'],
    ]);
  });
});

describe('a branch as a tag', () => {
  const branches = [
    'feat/x',
    'feat-x',
    'feat_x',
    'feat//x',
    'feat/x/',
    'Feat/x',
    '-x',
    'x-',
    '.x',
    'x.',
    '../..',
    'ü',
    'ä',
    '日本',
    '/',
    'a b',
    'a+b',
    'a#b',
    `${'x'.repeat(200)}1`,
    `${'x'.repeat(200)}2`,
    'x'.repeat(128),
    'x'.repeat(129),
    `${'-'.repeat(130)}x`,
  ];

  test('is always valid and never that of another branch', () => {
    const tags = branches.map((branch) => tagsOf(plan(['{branch}'], { branch }))[0] ?? '');

    expect(tags.filter((tag) => !isTag(tag))).toEqual([]);
    expect(new Set(tags).size).toBe(branches.length);
  });

  test('leaves room for the text around it', () => {
    const tags = branches.map(
      (branch) => tagsOf(plan(['pre-{branch}-{commit}-{branch}'], { branch }))[0] ?? '',
    );

    expect(tags.filter((tag) => !isTag(tag))).toEqual([]);
    expect(new Set(tags).size).toBe(branches.length);
  });

  test('that leaves no room for a branch at all is refused, not cut to nothing', () => {
    const planned = plan([`${'x'.repeat(127)}{branch}`], { branch: 'a-long-one' });

    expect(planned.skipped[0]?.reason).toBe('the text around `{branch}` leaves no room for it');
  });
});
