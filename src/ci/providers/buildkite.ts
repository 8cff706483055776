import { webAddressOf } from '../../host/git.ts';
import type { Provider } from '../provider.ts';

export const buildkite: Provider = {
  id: 'buildkite',
  name: 'Buildkite',
  docs: 'https://buildkite.com/docs/pipelines/configure/environment-variables',
  isHere: (env) => env['BUILDKITE'] === 'true',
  read: ({ get }) => {
    const number = get('BUILDKITE_PULL_REQUEST');
    const isPull = number !== undefined && number !== 'false';
    const commit = get('BUILDKITE_COMMIT');
    const tag = get('BUILDKITE_TAG');
    return {
      buildNumber: get('BUILDKITE_BUILD_NUMBER'),
      branch: tag === undefined ? get('BUILDKITE_BRANCH') : undefined,
      tag,
      // A build that was started by hand may say HEAD.
      commit: commit === 'HEAD' ? undefined : commit,
      defaultBranch: get('BUILDKITE_PIPELINE_DEFAULT_BRANCH'),
      pullRequest: isPull ? number : undefined,
      isFork:
        isPull &&
        addressOf(get('BUILDKITE_PULL_REQUEST_REPO')) !== addressOf(get('BUILDKITE_REPO')),
      url: get('BUILDKITE_BUILD_URL'),
    };
  },
  pipelineFile: {
    path: '.buildkite/pipeline.yml',
    render: ({
      command,
    }) => `# Everything is in Seatrial: the same command runs on a laptop. The agent needs Node >= 22.18 and Docker.
steps:
  - label: Seatrial
    command: ${command}
    artifact_paths: .seatrial/reports/**/*
`,
  },
};

/** The same repository may be written as ssh, git or https. */
function addressOf(remote: string | undefined): string | undefined {
  return remote === undefined ? undefined : (webAddressOf(remote) ?? remote);
}
