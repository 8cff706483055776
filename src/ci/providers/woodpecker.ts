import type { Provider } from '../provider.ts';

export const woodpecker: Provider = {
  id: 'woodpecker',
  name: 'Woodpecker',
  docs: 'https://woodpecker-ci.org/docs/usage/environment',
  isHere: (env) => env['CI'] === 'woodpecker',
  read: ({ get }) => {
    const tag = get('CI_COMMIT_TAG');
    const pullRequest = get('CI_COMMIT_PULL_REQUEST');
    return {
      buildNumber: get('CI_PIPELINE_NUMBER'),
      // CI_COMMIT_BRANCH is the target of a pull request.
      branch:
        tag === undefined ? (get('CI_COMMIT_SOURCE_BRANCH') ?? get('CI_COMMIT_BRANCH')) : undefined,
      tag,
      commit: get('CI_COMMIT_SHA'),
      defaultBranch: get('CI_REPO_DEFAULT_BRANCH'),
      pullRequest,
      isFork: pullRequest !== undefined && get('CI_COMMIT_PULL_REQUEST_IS_FORK') !== 'false',
      url: get('CI_PIPELINE_URL'),
      source: get('CI_REPO_URL'),
    };
  },
  pipelineFile: {
    path: '.woodpecker.yml',
    render: ({ command }) => `# Everything is in Seatrial: the same command runs on a laptop.
when:
  - event: [push, tag, pull_request]
steps:
  - name: ci
    image: node:24
    commands:
      - ${command}
    # The engine of the agent. Woodpecker allows it in repositories that an administrator trusts.
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock
`,
  },
};
