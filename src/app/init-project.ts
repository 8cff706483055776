import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Provider } from '../ci/provider.ts';
import { providers } from '../ci/providers/index.ts';
import { isThere, writeFileAtomically } from '../host/files.ts';
import { readGit } from '../host/git.ts';
import { loadProject } from '../pipeline/project-load.ts';
import { checkIds } from '../suites/behaviour/checks/index.ts';
import type { AppHost } from './app-host.ts';
import { CommandError } from './errors.ts';
import { renderStarterConfig } from './starter-config.ts';

export interface InitRequest {
  /** Ids of CI services. @default those whose file or folder is here already; else none */
  readonly services?: readonly string[] | undefined;
  readonly isForced: boolean;
}

/** Writes a configuration for the Dockerfiles found here, and thin CI files. Returns what it did, line by line. */
export async function initProject(host: AppHost, request: InitRequest): Promise<readonly string[]> {
  const chosen = await chooseProviders(host, request.services);
  const git = await readGit(host.cwd, host.env);
  const project = await loadProject({
    folder: host.cwd,
    env: host.env,
    git,
    checkIds,
    isDerived: true,
  });
  const command = await ciCommand(host.cwd);
  const files = [
    { path: 'seatrial.yaml', text: renderStarterConfig(project, git.defaultBranch ?? git.branch) },
    ...chosen.map(({ pipelineFile }) => ({
      path: pipelineFile.path,
      text: pipelineFile.render({ command }),
    })),
  ];
  if (!request.isForced) await refuseExisting(host.cwd, files);
  for (const { path, text } of files) await writeFileAtomically(join(host.cwd, path), text);
  return [
    ...files.map(({ path }) => `wrote ${path}`),
    ...(chosen.length === 0
      ? [`no CI file; \`seatrial init --ci SERVICE\` writes one for ${idsOfServices()}`]
      : []),
    'next: seatrial plan, then seatrial ci',
  ];
}

async function chooseProviders(
  host: AppHost,
  services: readonly string[] | undefined,
): Promise<readonly Provider[]> {
  if (services !== undefined) return services.map(findService);
  const inUse = await Promise.all(
    providers.map(async (provider) => {
      const [first] = provider.pipelineFile.path.split('/');
      return (await isThere(join(host.cwd, first ?? ''))) ? [provider] : [];
    }),
  );
  return inUse.flat();
}

function findService(id: string): Provider {
  const provider = providers.find((each) => each.id === id);
  if (provider !== undefined) return provider;
  throw new CommandError(
    'OPTION_INVALID',
    `no file can be written for the CI service ${JSON.stringify(id)}`,
    { hint: `Use some of: ${idsOfServices()}.` },
  );
}

function idsOfServices(): string {
  return providers.map(({ id }) => id).join(', ');
}

async function refuseExisting(
  folder: string,
  files: readonly { readonly path: string }[],
): Promise<void> {
  for (const { path } of files) {
    if (await isThere(join(folder, path)))
      throw new CommandError('INIT_FILE_EXISTS', `${path} is there already`);
  }
}

/** A project that has a `ci` target has said already how it wants to be called. */
async function ciCommand(folder: string): Promise<string> {
  const names = await readdir(folder);
  const makefile = names.find((name) => /^(?:GNUm|m|M)akefile$/u.test(basename(name)));
  if (makefile === undefined) return 'npx seatrial ci';
  const text = await readFile(join(folder, makefile), 'utf8');
  return /^ci\s*:/mu.test(text) ? 'make ci' : 'npx seatrial ci';
}
