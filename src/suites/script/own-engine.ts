import { join } from 'node:path';
import { realpath } from 'node:fs/promises';
import type { ScriptSuite } from '../../config/suite-schema.ts';
import type { BindRoot } from '../../sandbox/virtual/contract.ts';
import type { HostNetworks } from '../../sandbox/virtual/host-network.ts';
import { openVirtualEngine } from '../../sandbox/virtual/index.ts';
import { CASE_LABEL, countObjects } from '../remains.ts';
import type { OpenProgramEngine } from '../suite-process.ts';

/** An engine of its own for each script. `networks` are those of all scripts that may run at the same time. */
export function ownEngine(networks: HostNetworks, { allow }: ScriptSuite): OpenProgramEngine {
  return async ({ name, folder }, { scope, projectFolder }) => {
    const engine = await openVirtualEngine({
      endpoint: scope.engine.endpoint,
      labels: { ...scope.labels, [CASE_LABEL]: name },
      folder,
      network: networks.open(),
      binds: await bindsOf([projectFolder, join(folder, 'tmp'), '/tmp', '/var/tmp']),
      allow,
    });
    return {
      env: engine.env,
      close: async () => {
        const { containers, networks, volumes } = await engine.close();
        return countObjects([
          ...containers.map(() => ({ kind: 'container' }) as const),
          ...networks.map(() => ({ kind: 'network' }) as const),
          ...volumes.map(() => ({ kind: 'volume' }) as const),
        ]);
      },
    };
  };
}

/** Folders that a script sees as the engine does, also by the names that links lead to. */
async function bindsOf(folders: readonly string[]): Promise<readonly BindRoot[]> {
  const resolved = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
  return [...new Set([...folders, ...resolved])].map((path) => ({ shown: path, real: path }));
}
