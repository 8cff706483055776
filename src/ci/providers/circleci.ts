import type { Provider } from '../provider.ts';

export const circleci: Provider = {
  id: 'circleci',
  name: 'CircleCI',
  docs: 'https://circleci.com/docs/reference/variables/#built-in-environment-variables',
  isHere: (env) => env['CIRCLECI'] === 'true',
  read: ({ get }) => {
    const branch = get('CIRCLE_BRANCH');
    // A fork's branch is `pull/12`; the other variables are set on forked pull requests only.
    const forked = /^pull\/(\d+)$/u.exec(branch ?? '')?.[1] ?? get('CIRCLE_PR_NUMBER');
    return {
      buildNumber: get('CIRCLE_BUILD_NUM'),
      branch,
      tag: get('CIRCLE_TAG'),
      commit: get('CIRCLE_SHA1'),
      pullRequest: forked ?? /(\d+)$/u.exec(get('CIRCLE_PULL_REQUEST') ?? '')?.[1],
      isFork: forked !== undefined || get('CIRCLE_PR_REPONAME') !== undefined,
      url: get('CIRCLE_BUILD_URL'),
    };
  },
  pipelineFile: {
    path: '.circleci/config.yml',
    render: ({ command }) => `# Everything is in Seatrial: the same command runs on a laptop.
version: 2.1
jobs:
  ci:
    # A machine of its own: tests reach the ports of their containers.
    machine:
      image: ubuntu-2404:current
    steps:
      - checkout
      - run: ${command}
      - store_test_results:
          path: .seatrial/reports
      - store_artifacts:
          path: .seatrial/reports
workflows:
  ci:
    jobs:
      - ci
`,
  },
};
