import type { Provider } from '../provider.ts';

export const jenkins: Provider = {
  id: 'jenkins',
  name: 'Jenkins',
  docs: 'https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables',
  isHere: (env) => Boolean(env['JENKINS_URL'] && env['BUILD_ID']),
  read: ({ get }) => {
    const tag = get('TAG_NAME');
    const branch =
      get('CHANGE_BRANCH') ?? get('BRANCH_NAME') ?? get('GIT_LOCAL_BRANCH') ?? get('GIT_BRANCH');
    return {
      buildNumber: get('BUILD_NUMBER'),
      // The git plug-in says `origin/x`; on a tag build BRANCH_NAME repeats the tag.
      branch: tag === undefined ? branch?.replace(/^origin\//u, '') : undefined,
      tag,
      commit: get('GIT_COMMIT'),
      pullRequest: get('CHANGE_ID') ?? get('ghprbPullId') ?? get('gitlabMergeRequestIid'),
      isFork: get('CHANGE_FORK') !== undefined,
      url: get('BUILD_URL'),
    };
  },
  pipelineFile: {
    path: 'Jenkinsfile',
    render: ({ command }) => `// Everything is in Seatrial: the same command runs on a laptop.
pipeline {
  // It needs Node >= 22.18 and a Docker engine.
  agent { label 'docker' }
  stages {
    stage('ci') {
      steps {
        sh '${command}'
      }
    }
  }
  post {
    always {
      junit allowEmptyResults: true, testResults: '.seatrial/reports/junit.xml'
      archiveArtifacts allowEmptyArchive: true, artifacts: '.seatrial/reports/**'
    }
  }
}
`,
  },
};
