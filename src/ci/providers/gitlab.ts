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
};
