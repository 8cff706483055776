import { connectEngine } from '../../src/engine/connect.ts';
import type { Engine } from '../../src/engine/contract.ts';
import { processEnvironment } from '../../src/host/environment.ts';
import { runSeatrial, type CommandPlace } from './command-line.ts';
import { createSampleProject, type SampleProject } from './sample-project.ts';

/** The sample project, slow at the places where it is to be killed, with something to lose at each of them. */
export interface KillProject extends SampleProject {
  /** Changes an input, so that the next run has work from there on. */
  change(what: Change): Promise<void>;
  /** What every run of it is started with. */
  readonly at: CommandPlace;
}

/** `base`: everything is built, tested and shipped again; `page`: the hook of `app` runs again; `app`: without the hook. */
export type Change = 'base' | 'page' | 'app';

async function createKillProject(): Promise<KillProject> {
  const project = await createSampleProject();
  const config = await project.read('seatrial.yaml');
  await project.write(
    'seatrial.yaml',
    config
      // What one build number names is never changed, and each of these runs ships something else.
      .replace("'{build}'", "'7'")
      // One container after the other is enough to be killed with.
      .replace('ports-listen, answers', 'answers')
      .replace(' ephemeral,', ''),
  );
  const baseDockerfile = await project.read('base/Dockerfile');
  const server = await project.read('app/server.sh');
  const changes = {
    base: async (count: number) =>
      await project.write('base/Dockerfile', `${baseDockerfile}${slowStep(project.id, count)}`),
    page: async (count: number) => await project.write('app/make-page.sh', pageHook(count)),
    app: async (count: number) => await project.write('app/server.sh', `${server}# ${count}\n`),
  };
  let count = 0;
  await project.write('test/app.test.sh', SCRIPT, 0o755);
  for (const change of Object.values(changes)) await change(count);
  const at = project.place();
  return {
    ...project,
    at,
    change: async (what) => {
      count += 1;
      await changes[what](count);
    },
    [Symbol.asyncDispose]: async () => {
      // What a test that failed has left would hold the images.
      await runSeatrial(['clean'], at);
      await project[Symbol.asyncDispose]();
    },
  };
}

/** The id lets a process of the build be found on the engine's machine. */
function slowStep(id: string, count: number): string {
  return `RUN echo begun ${count}; sleep 1; : ${id}\n`;
}

/** Has a container of its own when it is killed. */
function pageHook(count: number): string {
  return `set -eu
mkdir -p app/www
container=$(docker run -d "$IMAGE_BASE" sleep 60)
touch "$TMPDIR/draft"
echo "its container is there"
sleep 0.3
docker rm -f "$container" >/dev/null
echo "hello ${count}" > app/www/index.html
`;
}

const SCRIPT = `#!/bin/sh
set -eu
volume=$(docker volume create)
container=$(docker run -d -v "$volume:/data" "$IMAGE")
touch "$TMPDIR/draft"
echo "its container is there"
docker exec "$container" wget -q -O - http://127.0.0.1:8000/ | grep hello
docker rm -f "$container" >/dev/null
docker volume rm "$volume" >/dev/null
`;

/** A project whose first run has ended well, on the engine that must be clean after each kill. */
export async function openKillSite(): Promise<
  AsyncDisposable & { readonly engine: Engine; readonly project: KillProject }
> {
  const engine = await connectEngine({ env: processEnvironment() });
  const project = await createKillProject();
  const first = await runSeatrial(['ci'], project.at);
  if (first.exitCode !== 0) {
    await project[Symbol.asyncDispose]();
    throw new Error(`the sound project fails: ${first.stdout}${first.stderr}`);
  }
  return { engine, project, [Symbol.asyncDispose]: () => project[Symbol.asyncDispose]() };
}

/** The same with a Vitest file as the one suite of `app`. */
export async function createSpecProject(): Promise<KillProject> {
  const project = await createKillProject();
  const config = await project.read('seatrial.yaml');
  await project.write(
    'seatrial.yaml',
    config
      .replace(/behaviour: \{ only.*/u, 'behaviour: false')
      .replace('script: test/app.test.sh', 'spec: test/app.spec.ts'),
  );
  await project.write('test/app.spec.ts', SPEC);
  return project;
}

const SPEC = `import { expect, test } from 'seatrial/test';
test('answers', async ({ run }) => {
  const container = await run();
  console.log('its container is there');
  const answer = await fetch(container.url(8000));
  expect(await answer.text()).toContain('hello');
});
`;
