import type { Provider } from '../provider.ts';

export const drone: Provider = {
  id: 'drone',
  name: 'Drone',
  docs: 'https://docs.drone.io/pipeline/environment/reference/',
  isHere: (env) => env['DRONE'] === 'true',
  read: ({ get }) => {
    const tag = get('DRONE_TAG');
    const fork = get('DRONE_REPO') !== get('DRONE_SOURCE_REPO');
    const pullRequest = get('DRONE_PULL_REQUEST');
    return {
      buildNumber: get('DRONE_BUILD_NUMBER'),
      // DRONE_BRANCH is the target of a pull request.
      branch: tag === undefined ? (get('DRONE_SOURCE_BRANCH') ?? get('DRONE_BRANCH')) : undefined,
      tag,
      commit: get('DRONE_COMMIT_SHA'),
      defaultBranch: get('DRONE_REPO_BRANCH'),
      pullRequest,
      isFork: pullRequest !== undefined && get('DRONE_SOURCE_REPO') !== undefined && fork,
      url: get('DRONE_BUILD_LINK'),
    };
  },
  pipelineFile: {
    path: '.drone.yml',
    render: ({ command }) => `# Everything is in Seatrial: the same command runs on a laptop.
kind: pipeline
type: docker
name: ci
steps:
  - name: ci
    image: node:24
    commands:
      - ${command}
    # The engine of the runner. Drone allows it in repositories that an administrator trusts.
    volumes:
      - name: engine
        path: /var/run/docker.sock
volumes:
  - name: engine
    host:
      path: /var/run/docker.sock
trigger:
  event: [push, tag, pull_request]
`,
  },
};
