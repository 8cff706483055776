import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { BuildOptions } from '../engine/contract.ts';
import { EngineError } from '../engine/errors.ts';
import { buildImage, type BuildRequest } from './build-image.ts';
import { everything, scanContext } from './context.ts';
import { contextFolder, type ContextFolder } from './testing/context-folder.ts';
import { encodeStatus } from './trace-wire.ts';

const ID = `sha256:${'a'.repeat(64)}`;
const IMAGE = `${JSON.stringify({ id: 'moby.image.id', aux: { ID } })}\n`;

type Images = BuildRequest['engine']['images'];

/** An engine that says what it is told to say, after it has read the whole context. */
function engineThat(answer: Images['build'], hasImage = true): BuildRequest['engine'] {
  return {
    images: {
      build: answer,
      inspect: async () =>
        hasImage
          ? {
              id: `sha256:${'a'.repeat(64)}`,
              tags: [],
              repoDigests: [],
              platform: { os: 'linux', architecture: 'amd64' },
              sizeBytes: 0,
              diffIds: [],
              config: {
                entrypoint: [],
                command: [],
                env: [],
                exposedPorts: [],
                volumes: [],
                user: '',
                workingDir: '',
                labels: {},
              },
            }
          : undefined,
    },
  };
}

function saying(...lines: readonly string[]): Images['build'] {
  return async (context) => {
    context.resume();
    return Readable.from(lines);
  };
}

async function request(
  folder: ContextFolder,
  changes: Partial<BuildRequest>,
): Promise<BuildRequest> {
  return {
    engine: engineThat(saying(IMAGE)),
    context: await scanContext(folder.path, everything),
    dockerfile: {
      path: `${folder.path}/Dockerfile`,
      text: 'FROM scratch\nRUN make\n',
      shownAs: 'Dockerfile',
    },
    args: {},
    labels: {},
    tag: 'localhost/seatrial/a:1',
    listener: { onVertex: () => {}, onOutput: () => {} },
    signal: new AbortController().signal,
    ...changes,
  };
}

test('settings reach the engine, and what it names is read back', async () => {
  await using folder = await contextFolder({ Dockerfile: '' });
  let asked: BuildOptions | undefined;
  const engine = engineThat(async (context, options) => {
    asked = options;
    return await saying(IMAGE)(context, options);
  });

  const built = await buildImage(
    await request(folder, {
      engine,
      target: 'final',
      platform: 'linux/amd64',
      args: { A: '1' },
      labels: { who: 'me' },
      noCache: true,
    }),
  );

  expect(built).toMatchObject({ imageId: ID, steps: { total: 0, cached: 0 } });
  expect(asked).toEqual({
    dockerfile: 'Dockerfile',
    tag: 'localhost/seatrial/a:1',
    target: 'final',
    platform: 'linux/amd64',
    args: { A: '1' },
    labels: { who: 'me' },
    noCache: true,
  });
});

test.each([
  ['BUILD_NO_IMAGE', engineThat(saying('{"stream":"done"}\n'))],
  ['BUILD_NO_IMAGE', engineThat(saying(IMAGE), false)],
  ['BUILD_NO_IMAGE', engineThat(saying('{"aux":{"ID":"short"}}\n'))],
  ['BUILD_INTERRUPTED', engineThat(saying(IMAGE, '{"id":'))],
  ['BUILD_INTERRUPTED', engineThat(saying('{"error":"context canceled"}\n'))],
  ['BUILD_ANSWER_INVALID', engineThat(saying('<html>\n'))],
  ['BUILD_FAILED', engineThat(saying('{"error":"something new"}\n', IMAGE))],
] as const)('an engine that does not keep its word is %s', async (code, engine) => {
  await using folder = await contextFolder({ Dockerfile: '' });

  await expect(buildImage(await request(folder, { engine }))).rejects.toMatchObject({ code });
});

test('an engine that dies in the middle of its answer is BUILD_INTERRUPTED', async () => {
  await using folder = await contextFolder({ Dockerfile: '' });
  const engine = engineThat(async (context) => {
    context.resume();
    return Readable.from(
      (function* () {
        yield '{"stream":"working"}\n';
        throw new EngineError('ENGINE_GONE', 'The engine closed the connection');
      })(),
    );
  });

  await expect(buildImage(await request(folder, { engine }))).rejects.toMatchObject({
    code: 'BUILD_INTERRUPTED',
    message: /closed the connection/u,
  });
});

test('what the engine room says about an engine that does not begin is passed on', async () => {
  await using folder = await contextFolder({ Dockerfile: '' });
  const engine = engineThat(async () => {
    throw new EngineError('ENGINE_UNREACHABLE', 'no engine');
  });

  await expect(buildImage(await request(folder, { engine }))).rejects.toMatchObject({
    code: 'ENGINE_UNREACHABLE',
  });
});

test('cancelling wins over whatever else it breaks, and reaches the engine', async () => {
  await using folder = await contextFolder({ Dockerfile: '' });
  const controller = new AbortController();
  let wasTold = false;
  const engine = engineThat(async (context, _options, signal) => {
    context.resume();
    const answer = new Readable({ read: () => {} });
    signal?.addEventListener('abort', () => {
      wasTold = true;
      answer.destroy(new Error('aborted'));
    });
    queueMicrotask(() => controller.abort(new Error('SIGINT')));
    return answer;
  });

  const building = buildImage(await request(folder, { engine, signal: controller.signal }));

  await expect(building).rejects.toMatchObject({ code: 'BUILD_CANCELLED', exitCode: 4 });
  expect(wasTold).toBe(true);
});

test('a step that fails is told with its line, and its unfinished output is passed on', async () => {
  await using folder = await contextFolder({ Dockerfile: '' });
  const vertex = { digest: 'a', name: '[2/2] RUN make', started: { seconds: 1 } };
  const status = {
    vertexes: [{ ...vertex, completed: { seconds: 2 }, error: 'exit code: 2' }],
    logs: [{ vertex: 'a', stream: 1, msg: Buffer.from('make: no rule') }],
  };
  const lines = [
    JSON.stringify({ id: 'moby.buildkit.trace', aux: encodeStatus(status) }),
    JSON.stringify({ errorDetail: { message: 'failed: exit code: 2' } }),
  ];
  const outputs: string[] = [];
  const listener = {
    onVertex: () => {},
    onOutput: ({ text }: { readonly text: string }) => void outputs.push(text),
  };

  const building = buildImage(
    await request(folder, { engine: engineThat(saying(lines.join('\n'))), listener }),
  );

  await expect(building).rejects.toMatchObject({
    code: 'BUILD_STEP_FAILED',
    message: [
      'The step `[2/2] RUN make` failed with exit code 2',
      'Dockerfile:2',
      '> 2 | RUN make',
      '    | ^^^',
      'Last output:',
      '  make: no rule',
    ].join('\n'),
    details: { exitCode: 2, line: 2, step: '[2/2] RUN make' },
  });
  expect(outputs).toEqual(['make: no rule']);
});
