import { once } from 'node:events';
import { connect } from 'node:net';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'vitest/config';
import type * as VitestNode from 'vitest/node';
import { programPath } from '../../host/package-file.ts';
import { createVitestReporter } from './vitest-reporter.ts';

/**
 * Runs the Vitest of the user's project, in a process of its own:
 * `node vitest-main.ts <vitest/node> <socket> <workers> <file>…`. The user's configuration and reporters stay
 * as they are; ours is one more, and writes to the socket. Exit code 0 when all is well, as Vitest's own.
 */
const [, , vitestPath = '', socketPath = '', workers = '1', ...files] = process.argv;

/** The fixtures are those of the command that runs, wherever it was installed. */
const ownFixtures: Plugin = {
  name: 'seatrial-fixtures',
  enforce: 'pre',
  resolveId: (id) => (id === 'seatrial/test' ? programPath('suites/spec/entry') : undefined),
};

const socket = connect(socketPath);
await once(socket, 'connect');
const reporter = createVitestReporter({
  send: (message) => void socket.write(`${JSON.stringify(message)}\n`),
});

const { createVitest } = await importVitest(vitestPath);
const vitest = await createVitest(
  'test',
  {
    root: process.cwd(),
    watch: false,
    include: files.map(escapeGlob),
    maxWorkers: Number(workers),
    passWithNoTests: false,
  },
  { plugins: [ownFixtures] },
);
// A reporter in the options would replace the user's own. The list is not in the types, but in every version.
const reporters: unknown = Reflect.get(vitest, 'reporters');
if (!Array.isArray(reporters))
  throw new TypeError('This version of Vitest has no list of reporters');
reporters.push(reporter);
try {
  await vitest.start(files);
} finally {
  await new Promise<void>((resolve) => {
    socket.end(() => resolve());
  });
  await vitest.exit();
}

/** A path as a pattern that matches it alone. */
function escapeGlob(path: string): string {
  return path.replace(/[\\()[\]{}!*?+@|]/gu, String.raw`\$&`);
}

/** The path is found in the user's project at run time, so that TypeScript cannot know what is there. */
async function importVitest(path: string): Promise<typeof VitestNode> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (await import(pathToFileURL(path).href)) as typeof VitestNode;
}
