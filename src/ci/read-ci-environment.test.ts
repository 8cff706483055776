import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Environment } from '../host/environment.ts';
import type { GitFacts } from '../host/git.ts';
import { providers } from './providers/index.ts';
import { readCiEnvironment } from './read-ci-environment.ts';

const folder = mkdtempSync(join(tmpdir(), 'seatrial-test-ci-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const noGit: GitFacts = { tags: [], isDirty: false };
const sha = 'a'.repeat(40);

const githubPull = (head: string | null): Environment => ({
  GITHUB_ACTIONS: 'true',
  GITHUB_EVENT_NAME: 'pull_request',
  GITHUB_REPOSITORY: 'team/app',
  GITHUB_SERVER_URL: 'https://example.org',
  GITHUB_RUN_ID: '99',
  GITHUB_RUN_NUMBER: '7',
  GITHUB_REF_TYPE: 'branch',
  GITHUB_REF_NAME: '5/merge',
  GITHUB_HEAD_REF: 'feat/x',
  GITHUB_SHA: 'b'.repeat(40),
  GITHUB_EVENT_PATH: file(
    `event-${String(head).replace('/', '-')}.json`,
    JSON.stringify({
      repository: { default_branch: 'main' },
      pull_request: {
        number: 5,
        head: { sha, repo: head === null ? null : { full_name: head } },
      },
    }),
  ),
});

/** One build on a branch, one on a tag, and pull requests from the repository and from a fork. */
const cases: readonly (readonly [string, Environment, Record<string, unknown>])[] = [
  [
    'CircleCI branch',
    { CIRCLECI: 'true', CIRCLE_BUILD_NUM: '12', CIRCLE_BRANCH: 'main', CIRCLE_SHA1: sha },
    { provider: 'circleci', buildNumber: '12', branch: 'main', commit: sha, isFork: false },
  ],
  [
    'CircleCI tag',
    { CIRCLECI: 'true', CIRCLE_TAG: 'v1.0.0' },
    { tag: 'v1.0.0', branch: undefined, pullRequest: undefined },
  ],
  [
    'CircleCI pull request',
    { CIRCLECI: 'true', CIRCLE_BRANCH: 'x', CIRCLE_PULL_REQUEST: 'https://example.org/t/a/pull/3' },
    { pullRequest: '3', isFork: false },
  ],
  [
    'CircleCI fork',
    { CIRCLECI: 'true', CIRCLE_BRANCH: 'pull/3', CIRCLE_PR_REPONAME: 'app' },
    { pullRequest: '3', isFork: true },
  ],
  [
    'GitHub branch',
    {
      GITHUB_ACTIONS: 'true',
      GITHUB_REF_TYPE: 'branch',
      GITHUB_REF_NAME: 'main',
      GITHUB_RUN_NUMBER: '7',
      GITHUB_SHA: sha,
      GITHUB_EVENT_NAME: 'push',
    },
    { provider: 'github', buildNumber: '7', branch: 'main', commit: sha, pullRequest: undefined },
  ],
  [
    'GitHub tag',
    { GITHUB_ACTIONS: 'true', GITHUB_REF_TYPE: 'tag', GITHUB_REF_NAME: 'v2' },
    { tag: 'v2', branch: undefined },
  ],
  [
    'GitHub pull request',
    githubPull('team/app'),
    {
      pullRequest: '5',
      isFork: false,
      branch: 'feat/x',
      commit: sha,
      defaultBranch: 'main',
      url: 'https://example.org/team/app/actions/runs/99',
    },
  ],
  ['GitHub fork', githubPull('other/app'), { pullRequest: '5', isFork: true }],
  ['GitHub fork that was deleted', githubPull(null), { pullRequest: '5', isFork: true }],
  [
    'GitHub pull request without its event',
    { ...githubPull('team/app'), GITHUB_EVENT_PATH: join(folder, 'absent') },
    { pullRequest: 'unknown', isFork: true },
  ],
  [
    'GitHub with a broken event',
    { ...githubPull('team/app'), GITHUB_EVENT_PATH: file('broken.json', '{') },
    { pullRequest: 'unknown', isFork: true },
  ],
  [
    'GitLab branch',
    {
      GITLAB_CI: 'true',
      CI_PIPELINE_IID: '4',
      CI_COMMIT_BRANCH: 'main',
      CI_DEFAULT_BRANCH: 'main',
      CI_COMMIT_SHA: sha,
    },
    { provider: 'gitlab', buildNumber: '4', branch: 'main', defaultBranch: 'main', commit: sha },
  ],
  ['GitLab tag', { GITLAB_CI: 'true', CI_COMMIT_TAG: 'v1' }, { tag: 'v1' }],
  [
    'GitLab merge request',
    {
      GITLAB_CI: 'true',
      CI_MERGE_REQUEST_IID: '8',
      CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'x',
      CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '1',
      CI_MERGE_REQUEST_PROJECT_ID: '1',
    },
    { pullRequest: '8', isFork: false, branch: 'x' },
  ],
  [
    'GitLab fork',
    {
      GITLAB_CI: 'true',
      CI_MERGE_REQUEST_IID: '8',
      CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '2',
      CI_MERGE_REQUEST_PROJECT_ID: '1',
      CI_PROJECT_ID: '2',
    },
    { pullRequest: '8', isFork: true },
  ],
  [
    'Travis branch',
    {
      TRAVIS: 'true',
      TRAVIS_BUILD_NUMBER: '3',
      TRAVIS_BRANCH: 'main',
      TRAVIS_PULL_REQUEST: 'false',
    },
    { provider: 'travis', buildNumber: '3', branch: 'main', pullRequest: undefined },
  ],
  [
    'Travis tag',
    { TRAVIS: 'true', TRAVIS_BRANCH: 'v1', TRAVIS_TAG: 'v1' },
    { tag: 'v1', branch: undefined },
  ],
  [
    'Travis fork',
    {
      TRAVIS: 'true',
      TRAVIS_BRANCH: 'main',
      TRAVIS_PULL_REQUEST: '5',
      TRAVIS_PULL_REQUEST_BRANCH: 'x',
      TRAVIS_PULL_REQUEST_SLUG: 'other/app',
      TRAVIS_REPO_SLUG: 'team/app',
      TRAVIS_COMMIT: 'b',
      TRAVIS_PULL_REQUEST_SHA: sha,
    },
    { pullRequest: '5', isFork: true, branch: 'x', commit: sha },
  ],
  [
    'Jenkins branch',
    { JENKINS_URL: 'http://j', BUILD_ID: '1', BUILD_NUMBER: '9', GIT_BRANCH: 'origin/main' },
    { provider: 'jenkins', buildNumber: '9', branch: 'main', isFork: false },
  ],
  [
    'Jenkins tag',
    { JENKINS_URL: 'http://j', BUILD_ID: '1', TAG_NAME: 'v1', BRANCH_NAME: 'v1' },
    { tag: 'v1', branch: undefined },
  ],
  [
    'Jenkins fork',
    {
      JENKINS_URL: 'http://j',
      BUILD_ID: '1',
      CHANGE_ID: '4',
      CHANGE_FORK: 'other',
      CHANGE_BRANCH: 'x',
    },
    { pullRequest: '4', isFork: true, branch: 'x' },
  ],
  [
    'TeamCity branch',
    {
      TEAMCITY_VERSION: '2026.1',
      BUILD_NUMBER: '11',
      BUILD_VCS_NUMBER: sha,
      TEAMCITY_BUILD_PROPERTIES_FILE: file(
        'branch.properties',
        '#x\nteamcity.build.branch=refs/heads/main\n',
      ),
    },
    { provider: 'teamcity', buildNumber: '11', branch: 'main', commit: sha },
  ],
  [
    'TeamCity pull request',
    {
      TEAMCITY_VERSION: '2026.1',
      TEAMCITY_BUILD_PROPERTIES_FILE: file('pull.properties', 'teamcity.build.branch=pull/6\n'),
    },
    { pullRequest: '6' },
  ],
  [
    'Azure branch',
    {
      TF_BUILD: 'True',
      BUILD_BUILDID: '77',
      BUILD_SOURCEBRANCH: 'refs/heads/feat/x',
      BUILD_SOURCEVERSION: sha,
    },
    { provider: 'azure', buildNumber: '77', branch: 'feat/x', commit: sha, isFork: false },
  ],
  [
    'Azure tag',
    { TF_BUILD: 'True', BUILD_SOURCEBRANCH: 'refs/tags/v1' },
    { tag: 'v1', branch: undefined },
  ],
  [
    'Azure fork',
    {
      TF_BUILD: 'True',
      BUILD_SOURCEBRANCH: 'refs/pull/5/merge',
      SYSTEM_PULLREQUEST_SOURCEBRANCH: 'refs/heads/x',
      SYSTEM_PULLREQUEST_ISFORK: 'True',
    },
    { pullRequest: '5', isFork: true, branch: 'x' },
  ],
  [
    'Buildkite branch',
    {
      BUILDKITE: 'true',
      BUILDKITE_BUILD_NUMBER: '2',
      BUILDKITE_BRANCH: 'main',
      BUILDKITE_COMMIT: 'HEAD',
      BUILDKITE_PULL_REQUEST: 'false',
    },
    { provider: 'buildkite', buildNumber: '2', branch: 'main', commit: undefined },
  ],
  [
    'Buildkite pull request of the same repository in another form',
    {
      BUILDKITE: 'true',
      BUILDKITE_PULL_REQUEST: '5',
      BUILDKITE_PULL_REQUEST_REPO: 'git://example.org/team/app.git',
      BUILDKITE_REPO: 'git@example.org:team/app.git',
    },
    { pullRequest: '5', isFork: false },
  ],
  [
    'Buildkite fork',
    {
      BUILDKITE: 'true',
      BUILDKITE_PULL_REQUEST: '5',
      BUILDKITE_PULL_REQUEST_REPO: 'https://example.org/other/app',
      BUILDKITE_REPO: 'git@example.org:team/app.git',
    },
    { pullRequest: '5', isFork: true },
  ],
  [
    'Bitbucket pull request',
    {
      BITBUCKET_COMMIT: sha,
      BITBUCKET_BUILD_NUMBER: '6',
      BITBUCKET_PR_ID: '2',
      BITBUCKET_BRANCH: 'x',
    },
    { provider: 'bitbucket', buildNumber: '6', pullRequest: '2', branch: 'x' },
  ],
  [
    'Woodpecker pull request',
    {
      CI: 'woodpecker',
      CI_PIPELINE_NUMBER: '6',
      CI_COMMIT_PULL_REQUEST: '2',
      CI_COMMIT_BRANCH: 'main',
      CI_COMMIT_SOURCE_BRANCH: 'x',
    },
    { provider: 'woodpecker', buildNumber: '6', pullRequest: '2', branch: 'x', isFork: true },
  ],
  [
    'Drone fork',
    {
      DRONE: 'true',
      DRONE_BUILD_NUMBER: '6',
      DRONE_PULL_REQUEST: '2',
      DRONE_REPO: 'team/app',
      DRONE_SOURCE_REPO: 'other/app',
      DRONE_SOURCE_BRANCH: 'x',
    },
    { provider: 'drone', pullRequest: '2', branch: 'x', isFork: true },
  ],
];

test.each(cases)('%s is read', (_, env, expected) => {
  expect(readCiEnvironment(env, noGit)).toMatchObject(expected);
});

describe('locally', () => {
  const checkout: GitFacts = {
    commit: sha,
    committedAt: '2026-01-01T00:00:00Z',
    branch: 'main',
    tags: ['v1.0.0'],
    remote: 'git@example.org:team/app.git',
    isDirty: true,
  };

  test('the checkout speaks, and a branch is a branch though a tag points at it', () => {
    expect(readCiEnvironment({}, checkout)).toMatchObject({
      provider: 'local',
      branch: 'main',
      tag: undefined,
      commit: sha,
      source: 'https://example.org/team/app',
      isDirty: true,
      isFork: false,
    });
  });

  test('a detached checkout at a tag builds the tag', () => {
    const ci = readCiEnvironment({}, { ...checkout, branch: undefined });

    expect(ci).toMatchObject({ branch: undefined, tag: 'v1.0.0' });
  });

  test('BUILD_NUM counts the build, on a service too', () => {
    expect(readCiEnvironment({ BUILD_NUM: '41' }, noGit).buildNumber).toBe('41');
    expect(
      readCiEnvironment({ BUILD_NUM: '41', CIRCLECI: 'true', CIRCLE_BUILD_NUM: '3' }, noGit)
        .buildNumber,
    ).toBe('41');
  });

  test('an empty variable is an absent one', () => {
    expect(readCiEnvironment({ CIRCLECI: 'true', CIRCLE_TAG: '' }, noGit).tag).toBeUndefined();
  });
});

test('every provider is in the table, and every one is read by a case above', () => {
  const files = readdirSync(join(import.meta.dirname, 'providers')).filter(
    (name) => name !== 'index.ts',
  );

  expect(providers.map(({ id }) => `${id}.ts`).sort()).toEqual(files.sort());
  expect(new Set(cases.map(([, env]) => readCiEnvironment(env, noGit).provider))).toEqual(
    new Set(providers.map(({ id }) => id)),
  );
});
