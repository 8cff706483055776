import type { Provider } from '../provider.ts';

export const travis: Provider = {
  id: 'travis',
  name: 'Travis CI',
  docs: 'https://docs.travis-ci.com/user/environment-variables/#default-environment-variables',
  isHere: (env) => env['TRAVIS'] === 'true',
  read: ({ get }) => {
    const number = get('TRAVIS_PULL_REQUEST');
    const isPull = number !== undefined && number !== 'false';
    const tag = get('TRAVIS_TAG');
    return {
      buildNumber: get('TRAVIS_BUILD_NUMBER'),
      // On a tag build TRAVIS_BRANCH repeats the tag; on a pull request it is the target.
      branch:
        tag === undefined
          ? isPull
            ? get('TRAVIS_PULL_REQUEST_BRANCH')
            : get('TRAVIS_BRANCH')
          : undefined,
      tag,
      commit: (isPull ? get('TRAVIS_PULL_REQUEST_SHA') : undefined) ?? get('TRAVIS_COMMIT'),
      pullRequest: isPull ? number : undefined,
      isFork: isPull && get('TRAVIS_PULL_REQUEST_SLUG') !== get('TRAVIS_REPO_SLUG'),
      url: get('TRAVIS_BUILD_WEB_URL'),
    };
  },
  pipelineFile: {
    path: '.travis.yml',
    render: ({ command }) => `# Everything is in Seatrial: the same command runs on a laptop.
language: node_js
node_js: 24
os: linux
services: docker
# Nothing but what the command itself needs.
install: skip
script: ${command}
`,
  },
};
