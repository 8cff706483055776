import { relative } from 'node:path';
import { runProcess } from '../../host/process.ts';
import type { SuitePlace } from '../contract.ts';

/** Names that Docker Hub's Autobuild sets and what they are here, besides our own `IMAGE`. */
export type ContractVariables = Readonly<Record<string, string | undefined>>;

/** Those that name the image under test: its id, not they, is what a result depends on. */
export const IMAGE_VARIABLES: ReadonlySet<string> = new Set([
  'IMAGE',
  'IMAGE_NAME',
  'DOCKER_REPO',
  'DOCKER_TAG',
]);

/**
 * @param text The Compose file: what costs a process is found out only for a file that asks.
 * @see https://docs.docker.com/docker-hub/repos/manage/builds/advanced/
 */
export async function contractVariables(
  place: SuitePlace,
  image: string,
  text: string,
): Promise<ContractVariables> {
  const { source, projectFolder } = place;
  const colon = image.lastIndexOf(':');
  const hasTag = colon > image.lastIndexOf('/');
  return {
    IMAGE: image,
    IMAGE_NAME: image,
    DOCKER_REPO: hasTag ? image.slice(0, colon) : image,
    DOCKER_TAG: hasTag ? image.slice(colon + 1) : 'latest',
    DOCKERFILE_PATH: source && relative(projectFolder, source.dockerfilePath),
    SOURCE_BRANCH: source?.branch,
    SOURCE_COMMIT: source?.commit,
    COMMIT_MSG: text.includes('COMMIT_MSG') ? await commitMessage(place) : undefined,
  };
}

async function commitMessage({ projectFolder, env }: SuitePlace): Promise<string | undefined> {
  const { exitCode, stdout } = await runProcess(
    'git',
    ['show', '--no-patch', '--format=%B', 'HEAD'],
    { cwd: projectFolder, env, timeoutMs: 20_000 },
  );
  return exitCode === 0 ? stdout.trim() : undefined;
}
