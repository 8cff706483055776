import { relative } from 'node:path';
import type { Project, ProjectImage } from '../pipeline/project.ts';

/** A `seatrial.yaml` that does what no configuration does, with what people add next as comments. */
export function renderStarterConfig(project: Project, defaultBranch: string | undefined): string {
  return `# Seatrial: build, test and ship the images of this project.
# Everything below is optional unless it says otherwise; \`seatrial plan\` shows what a run would do.
project: ${project.name}
# Where images go. SEATRIAL_REGISTRY=host or --registry host wins.
# registry: registry.example.org
${defaultBranch === undefined ? '# default_branch: main' : `default_branch: ${defaultBranch}`}

images:
${project.images.map((image) => renderImage(image, project)).join('\n')}`;
}

function renderImage(image: ProjectImage, project: Project): string {
  const context = relative(project.folder, image.contextFolder) || '.';
  const dockerfile =
    image.dockerfileName === 'Dockerfile' ? '' : `    dockerfile: ${image.dockerfileName}\n`;
  return `  ${image.name}:
    context: ${context}
${dockerfile}${renderReady(image)}    # run: { env: { NAME: value }, memory: 512m, stop_timeout: 10s }
    # One write and one read: from them come checks that data is kept where it should be.
    # state:
    #   write: { http: PUT /key, body: value }
    #   read: { http: GET /key, expect: value }
    suites:
      # The behaviour checks need nothing. Silence one with a reason:
      behaviour: { skip: {} }
      # script: test/*.test.sh
      # spec: test/*.spec.ts
${renderSut(image)}    # ship:
    #   repository: team/${image.name}
    #   tags: ['{build}', semver, latest]
`;
}

/** Derived from the file that Docker Hub would have run. */
function renderSut({ suites }: ProjectImage): string {
  const [file] = suites.sut?.files ?? [];
  return file === undefined
    ? ''
    : `      # The exit code of the service \`sut\` decides:\n      sut: ${file}\n`;
}

function renderReady(image: ProjectImage): string {
  const [port] = image.facts.exposedPorts;
  if (image.facts.hasHealthcheck)
    return '    # Ready when the health check of the Dockerfile says so.\n    # ready: { health: true }\n';
  if (port === undefined) return '    # ready: { log: listening }\n';
  return `    # Ready when port ${port} listens; a request says more.\n    # ready: { http: GET ${port.split('/')[0]}/ }\n`;
}
