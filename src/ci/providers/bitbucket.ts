import type { Provider } from '../provider.ts';

export const bitbucket: Provider = {
  id: 'bitbucket',
  name: 'Bitbucket Pipelines',
  docs: 'https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/',
  isHere: (env) => Boolean(env['BITBUCKET_COMMIT'] && env['BITBUCKET_BUILD_NUMBER']),
  read: ({ get }) => {
    const source = get('BITBUCKET_GIT_HTTP_ORIGIN');
    return {
      buildNumber: get('BITBUCKET_BUILD_NUMBER'),
      branch: get('BITBUCKET_BRANCH'),
      tag: get('BITBUCKET_TAG'),
      commit: get('BITBUCKET_COMMIT'),
      pullRequest: get('BITBUCKET_PR_ID'),
      // Pull requests of forks do not run in the pipelines of the repository they go to.
      isFork: false,
      url:
        source === undefined
          ? undefined
          : `${source}/addon/pipelines/home#!/results/${get('BITBUCKET_BUILD_NUMBER') ?? ''}`,
      source,
    };
  },
  pipelineFile: {
    path: 'bitbucket-pipelines.yml',
    render: ({ command }) => `# Everything is in Seatrial: the same command runs on a laptop.
image: node:24
clone:
  depth: full
definitions:
  steps:
    - step: &ci
        name: Seatrial
        services:
          - docker
        script:
          - ${command}
        artifacts:
          - .seatrial/reports/**
pipelines:
  default:
    - step: *ci
  tags:
    '**':
      - step: *ci
  pull-requests:
    '**':
      - step: *ci
`,
  },
};
