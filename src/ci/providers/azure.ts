import type { Provider } from '../provider.ts';

export const azure: Provider = {
  id: 'azure',
  name: 'Azure Pipelines',
  docs: 'https://learn.microsoft.com/en-us/azure/devops/pipelines/build/variables',
  isHere: (env) => env['TF_BUILD'] === 'True',
  read: ({ get }) => {
    const ref = get('BUILD_SOURCEBRANCH') ?? '';
    const pull =
      get('SYSTEM_PULLREQUEST_PULLREQUESTNUMBER') ??
      get('SYSTEM_PULLREQUEST_PULLREQUESTID') ??
      /^refs\/pull\/(\d+)\//u.exec(ref)?.[1];
    const isTag = ref.startsWith('refs/tags/');
    const source = get('SYSTEM_PULLREQUEST_SOURCEBRANCH');
    const branch = pull === undefined ? ref : (source ?? '');
    const address = [get('SYSTEM_COLLECTIONURI'), get('SYSTEM_TEAMPROJECT'), get('BUILD_BUILDID')];
    return {
      // BUILD_BUILDNUMBER is a text of any form; the id is a number.
      buildNumber: get('BUILD_BUILDID'),
      branch: isTag || branch === '' ? undefined : branch.replace(/^refs\/heads\//u, ''),
      tag: isTag ? ref.slice('refs/tags/'.length) : undefined,
      commit: get('BUILD_SOURCEVERSION'),
      pullRequest: pull,
      isFork: get('SYSTEM_PULLREQUEST_ISFORK')?.toLowerCase() === 'true',
      url: address.includes(undefined)
        ? undefined
        : `${address[0]}${address[1]}/_build/results?buildId=${address[2]}`,
    };
  },
  pipelineFile: {
    path: 'azure-pipelines.yml',
    render: ({ command }) => `# Everything is in Seatrial: the same command runs on a laptop.
trigger:
  branches:
    include: ['*']
  tags:
    include: ['*']
pool:
  vmImage: ubuntu-latest
steps:
  - checkout: self
    fetchDepth: 0
  - task: UseNode@1
    inputs:
      version: 24.x
  - script: ${command}
    displayName: Seatrial
  - task: PublishTestResults@2
    condition: succeededOrFailed()
    inputs:
      testResultsFormat: JUnit
      testResultsFiles: .seatrial/reports/junit.xml
  - publish: .seatrial/reports
    artifact: seatrial
    condition: succeededOrFailed()
`,
  },
};
