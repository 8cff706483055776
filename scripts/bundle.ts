import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown, type Plugin } from 'rolldown';
import { renderLicences } from './licences.ts';

/** Where programs and importers come in: the command, the processes that it starts, what package.json exports. */
export const packageEntries: Readonly<Record<string, string>> = {
  'cli/main': 'src/cli/main.ts',
  'engine/watchdog-main': 'src/engine/watchdog-main.ts',
  'sandbox/namespace/listener-main': 'src/sandbox/namespace/listener-main.ts',
  'suites/spec/vitest-main': 'src/suites/spec/vitest-main.ts',
  'suites/spec/entry': 'src/suites/spec/entry.ts',
  'registry/entry': 'src/registry/entry.ts',
  index: 'src/index.ts',
};

export interface BundleOptions {
  /** Paths by the names of what is written for them. @default those of the package */
  readonly entries?: Readonly<Record<string, string>> | undefined;
  /** For the test that kills runs at their fault points; nothing with them is published. @default false */
  readonly keepsFaultPoints?: boolean | undefined;
}

/**
 * Writes the JavaScript that is published: one file for each entry and the chunks that they share, with every
 * library inside. A command reads a few dozen files instead of some eight hundred, and `npx seatrial` fetches one
 * package. The licences of the libraries stand beside it, as most of them ask.
 */
export async function bundle(
  root: string,
  into: string,
  { entries = packageEntries, keepsFaultPoints = false }: BundleOptions = {},
): Promise<void> {
  const build = await rolldown({
    cwd: root,
    input: { ...entries },
    platform: 'node',
    // Vitest is the user's own; compiled addons are only tried for, by libraries that do without.
    external: [/^vitest(?:\/|$)/u, /\.node$/u],
    plugins: [
      ...(keepsFaultPoints ? [] : [withoutFaultPoints]),
      withoutSsh,
      undiciForRequests,
      builtinsWithoutFacade,
    ],
    onLog: (level, log) => {
      if (level === 'warn') throw new Error(log.message);
    },
  });
  const { output } = await build.write({
    dir: into,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
  });
  await build.close();
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  await writeFile(join(into, 'LICENCES.txt'), await renderLicences(modules));
}

/** What has no effect is not called: with the function its calls go, and the name of its variable. */
const withoutFaultPoints: Plugin = {
  name: 'without-fault-points',
  load: (id) =>
    id.endsWith('/src/host/fault-point.ts')
      ? 'export /* @__NO_SIDE_EFFECTS__ */ function reachFaultPoint() {}'
      : undefined,
};

const NO_SSH = '\0no-ssh';

/** docker-modem would load an SSH client, native code included; ours is `engine/docker/ssh-agent.ts`. */
const withoutSsh: Plugin = {
  name: 'without-ssh',
  resolveId: (id, importer) =>
    id === './ssh' && importer?.includes('/docker-modem/') === true ? NO_SSH : undefined,
  load: (id) => (id === NO_SSH ? 'export default undefined;' : undefined),
};

const UNDICI = '\0undici';
/** Of the library's own index, what `registry/client` imports: the rest (fetch, WebSocket, caches, mocks) takes 50 ms to load. */
const undiciModule = `
import Agent from 'undici/lib/dispatcher/agent.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import EnvHttpProxyAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import errors from 'undici/lib/core/errors.js';
import request from 'undici/lib/api/api-request.js';
Dispatcher.prototype.request = request;
export { Agent, EnvHttpProxyAgent, Pool, errors };
`;

/** An import of anything else of undici then fails the build, by its name. */
const undiciForRequests: Plugin = {
  name: 'undici-for-requests',
  resolveId: (id, importer) =>
    id === 'undici' && importer?.includes('/src/') === true ? UNDICI : undefined,
  load: (id) => (id === UNDICI ? { code: undiciModule, moduleType: 'js' } : undefined),
};

const FACADE = '\0builtin:';

/**
 * An ES import of `node:http` reads every property that the module has, and one of them loads all of Node's own
 * undici: 40 ms of each command. Read by name, only what is imported is touched.
 */
const builtinsWithoutFacade: Plugin = {
  name: 'builtins-without-facade',
  resolveId: (id, importer) =>
    id === 'node:http' && importer !== undefined && !importer.includes('/node_modules/')
      ? `${FACADE}${id}`
      : undefined,
  load: (id) =>
    id.startsWith(FACADE)
      ? {
          code: `const { Agent, IncomingMessage, STATUS_CODES, createServer, request } = process.getBuiltinModule('node:http');
export { Agent, IncomingMessage, STATUS_CODES, createServer, request };`,
          moduleType: 'js',
        }
      : undefined,
};
