import type { Provider } from '../provider.ts';

export const teamcity: Provider = {
  id: 'teamcity',
  name: 'TeamCity',
  docs: 'https://www.jetbrains.com/help/teamcity/predefined-build-parameters.html',
  isHere: (env) => Boolean(env['TEAMCITY_VERSION']),
  read: ({ get, textOf }) => {
    const property = (name: string): string | undefined =>
      propertyOf(textOf('TEAMCITY_BUILD_PROPERTIES_FILE') ?? '', name);
    const ref = property('teamcity.build.branch');
    const pull =
      property('teamcity.pullRequest.number') ??
      /^(?:pull|merge-requests)\/(\d+)/u.exec(ref ?? '')?.[1];
    const isTag = ref?.startsWith('refs/tags/') === true;
    return {
      buildNumber: get('BUILD_NUMBER'),
      // `<default>` is TeamCity's word for the default branch of the VCS root, whatever its name.
      branch: isTag || ref === '<default>' ? undefined : ref?.replace(/^refs\/heads\//u, ''),
      tag: isTag ? ref.slice('refs/tags/'.length) : undefined,
      commit: get('BUILD_VCS_NUMBER'),
      pullRequest: pull,
      // TeamCity does not say whether a pull request comes from a fork; nothing ships from either.
      isFork: false,
      url: get('BUILD_URL'),
    };
  },
  pipelineFile: {
    path: '.teamcity/settings.kts',
    render: ({ command }) => `// Everything is in Seatrial: the same command runs on a laptop.
import jetbrains.buildServer.configs.kotlin.*
import jetbrains.buildServer.configs.kotlin.buildFeatures.XmlReport
import jetbrains.buildServer.configs.kotlin.buildFeatures.xmlReport
import jetbrains.buildServer.configs.kotlin.buildSteps.script
import jetbrains.buildServer.configs.kotlin.triggers.vcs

version = "2025.03"

project {
    buildType(Ci)
}

object Ci : BuildType({
    name = "ci"
    artifactRules = ".seatrial/reports => seatrial"
    vcs {
        root(DslContext.settingsRoot)
    }
    steps {
        script {
            name = "Seatrial"
            scriptContent = "${command}"
        }
    }
    triggers {
        vcs {}
    }
    features {
        xmlReport {
            reportType = XmlReport.XmlReportType.JUNIT
            rules = ".seatrial/reports/junit.xml"
        }
    }
    // The agent needs Node >= 22.18 and a Docker engine.
    requirements {
        exists("docker.server.version")
    }
})
`,
  },
};

/** One value of a Java properties file, with the escapes that TeamCity writes. */
function propertyOf(text: string, name: string): string | undefined {
  for (const line of text.split('\n')) {
    const separator = line.indexOf('=');
    if (separator > 0 && line.slice(0, separator).trim() === name)
      return line
        .slice(separator + 1)
        .trim()
        .replaceAll(/\\(.)/gu, '$1');
  }
  return undefined;
}
