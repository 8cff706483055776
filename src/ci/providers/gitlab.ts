import type { Provider } from '../provider.ts';

export const gitlab: Provider = {
  id: 'gitlab',
  name: 'GitLab CI',
  docs: 'https://docs.gitlab.com/ci/variables/predefined_variables/',
  isHere: (env) => env['GITLAB_CI'] === 'true',
  read: ({ get }) => {
    const source = get('CI_MERGE_REQUEST_SOURCE_PROJECT_ID');
    return {
      buildNumber: get('CI_PIPELINE_IID'),
      branch: get('CI_COMMIT_BRANCH') ?? get('CI_MERGE_REQUEST_SOURCE_BRANCH_NAME'),
      tag: get('CI_COMMIT_TAG'),
      commit: get('CI_COMMIT_SHA'),
      defaultBranch: get('CI_DEFAULT_BRANCH'),
      pullRequest: get('CI_MERGE_REQUEST_IID'),
      // A fork's merge request may also run in the fork's own project: compare with where it goes to.
      isFork: source !== undefined && source !== get('CI_MERGE_REQUEST_PROJECT_ID'),
      url: get('CI_PIPELINE_URL') ?? get('CI_JOB_URL'),
      source: get('CI_PROJECT_URL'),
    };
  },
  pipelineFile: {
    path: '.gitlab-ci.yml',
    render: ({ command }) => `# Everything is in Seatrial: the same command runs on a laptop.
workflow:
  rules:
    # One pipeline for a merge request, and not another one for its branch.
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_TAG
    - if: $CI_COMMIT_BRANCH && $CI_OPEN_MERGE_REQUESTS == null
ci:
  image: node:24
  services:
    - docker:28-dind
  variables:
    DOCKER_HOST: tcp://docker:2376
    DOCKER_TLS_VERIFY: '1'
    DOCKER_CERT_PATH: /certs/client
    DOCKER_TLS_CERTDIR: /certs
    # The default branch is read from the history.
    GIT_DEPTH: '0'
  script:
    - ${command}
  artifacts:
    when: always
    paths:
      - .seatrial/reports
    reports:
      junit: .seatrial/reports/junit.xml
`,
  },
};
