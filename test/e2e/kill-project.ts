import { runSeatrial, type CommandPlace, type EventOfRun } from './command-line.ts';
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

export async function createKillProject(): Promise<KillProject> {
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

/** When a Vitest file has a container. */
export const specMoment: KillMoment = {
  when: 'a Vitest file runs, with a container of its own',
  change: 'app',
  is: matches({ type: 'step.output', step: 'test:app:spec', text: /its container is there/u }),
};

/** A moment of a run: the event after which the run is interrupted, and what has to change for it to come. */
export interface KillMoment {
  readonly when: string;
  readonly change: Change;
  readonly is: (event: EventOfRun) => boolean;
  /** Tags that have surely moved by then. @default none */
  readonly moved?: readonly string[];
}

/** In the order of a run. */
export const killMoments: readonly KillMoment[] = [
  { when: 'the plan is made', change: 'app', is: matches({ type: 'plan.made' }) },
  {
    when: 'a build begins',
    change: 'base',
    is: matches({ type: 'step.started', step: 'build:base' }),
  },
  {
    when: 'a RUN step runs on the engine',
    change: 'base',
    is: matches({ type: 'step.output', step: 'build:base', text: /begun/u }),
  },
  {
    when: 'a hook runs, with a container of its own',
    change: 'page',
    is: matches({ type: 'step.output', step: 'build:app', text: /its container is there/u }),
  },
  {
    when: 'the context of a build is sent',
    change: 'app',
    is: matches({ type: 'step.started', step: 'build:app' }),
  },
  {
    when: 'a COPY step is done',
    change: 'app',
    is: matches({ type: 'build.vertex', step: 'build:app', name: /COPY server/u, state: 'done' }),
  },
  {
    when: 'an image is built and nothing tested',
    change: 'app',
    is: matches({ type: 'step.finished', step: 'build:app' }),
  },
  {
    when: 'a script begins',
    change: 'base',
    is: matches({ type: 'case.started', step: 'test:base:script' }),
  },
  {
    when: 'a script runs, with a container and a volume of its own',
    change: 'app',
    is: matches({ type: 'step.output', step: 'test:app:script', text: /its container is there/u }),
  },
  {
    when: 'the first container of the checks starts',
    change: 'app',
    is: matches({ type: 'case.started', id: 'starts' }),
  },
  {
    when: 'a check writes state',
    change: 'app',
    is: matches({ type: 'case.started', id: 'answers' }),
  },
  {
    when: 'a container is being stopped',
    change: 'app',
    is: matches({ type: 'case.started', id: 'stops' }),
  },
  {
    when: 'a container is replaced on its volumes',
    change: 'app',
    is: matches({ type: 'case.started', id: 'volumes-persist' }),
  },
  {
    when: 'the image is packed',
    change: 'app',
    is: matches({ type: 'step.started', step: 'ship:app' }),
  },
  {
    when: 'layers are uploaded',
    change: 'app',
    is: matches({ type: 'step.output', step: 'ship:app', text: /^packed/u }),
  },
  {
    when: 'the last blob is there and the manifest is not',
    change: 'app',
    is: matches({ type: 'step.output', step: 'ship:app', text: /^layer/u }),
  },
  {
    when: 'the first tag is about to move',
    change: 'app',
    is: matches({ type: 'effect.intent', details: { tag: '7' } }),
  },
  {
    when: 'one tag has moved and the other has not',
    change: 'app',
    is: matches({ type: 'effect.done', details: { tag: '7' } }),
    moved: ['sample/app:7'],
  },
  {
    when: 'the last tag is about to move',
    change: 'app',
    is: matches({ type: 'effect.intent', details: { tag: 'latest' } }),
  },
  {
    when: 'all tags have moved and the run has not said so',
    change: 'app',
    is: matches({ type: 'effect.done', details: { tag: 'latest' } }),
    moved: ['sample/app:7', 'sample/app:latest'],
  },
];

/** Whether an event has these values; a regular expression stands for each text that it matches. */
export function matches(pattern: EventOfRun): (event: EventOfRun) => boolean {
  return (event) => Object.entries(pattern).every(([name, wanted]) => isLike(event[name], wanted));
}

function isLike(value: unknown, wanted: unknown): boolean {
  if (wanted instanceof RegExp) return typeof value === 'string' && wanted.test(value);
  if (typeof wanted !== 'object' || wanted === null) return value === wanted;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(wanted).every(([name, each]) =>
    isLike(Object.getOwnPropertyDescriptor(value, name)?.value, each),
  );
}
