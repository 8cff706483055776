import { expect, test } from 'vitest';
import { createBuildProgress, type BuildProgress, type VertexEvent } from './build-progress.ts';
import type { Vertex, VertexLog } from './trace.ts';

interface Watched {
  readonly progress: BuildProgress;
  readonly events: VertexEvent[];
  readonly outputs: { readonly source: string; readonly text: string }[];
}

function watch(redact = (text: string): string => text): Watched {
  const events: VertexEvent[] = [];
  const outputs: { source: string; text: string }[] = [];
  const progress = createBuildProgress(
    {
      onVertex: (event) => void events.push(event),
      onOutput: (output) => void outputs.push(output),
    },
    redact,
  );
  return { progress, events, outputs };
}

function vertex(name: string, more: Partial<Vertex> = {}): Vertex {
  return { digest: name, inputs: [], name, isCached: false, ...more };
}

function log(name: string, bytes: string | Buffer, stream = 1): VertexLog {
  return { vertex: name, stream, bytes: Buffer.from(bytes) };
}

function trace(
  vertices: readonly Vertex[],
  logs: readonly VertexLog[] = [],
): Parameters<BuildProgress['take']>[0] {
  return { type: 'trace', vertices, statuses: [], logs };
}

const RUN = '[2/2] RUN make';
const ended = { startedAtMs: 1000, completedAtMs: 1500 };

test('each vertex starts once and ends once, however often it is reported', () => {
  const { progress, events } = watch();

  progress.take(trace([vertex(RUN)]));
  progress.take(trace([vertex(RUN, { startedAtMs: 1000 })]));
  progress.take(trace([vertex(RUN, { startedAtMs: 1000 })]));
  progress.take(trace([vertex(RUN, ended)]));
  progress.take(trace([vertex(RUN, { ...ended, isCached: true })]));

  expect(events).toEqual([
    { name: RUN, state: 'started' },
    { name: RUN, state: 'done', durationMs: 500 },
  ]);
  expect(progress.count()).toEqual({ total: 1, cached: 0 });
});

test('only steps of the Dockerfile that ended are counted', () => {
  const { progress } = watch();

  progress.take(
    trace([
      vertex('[internal] load remote build context', { ...ended, isCached: true }),
      vertex('copy /context /', ended),
      vertex('[build 1/2] FROM docker.io/library/a', { ...ended, isCached: true }),
      vertex('[linux/amd64 build 2/2] RUN x', { ...ended, isCached: true }),
      vertex('[ 2/10] COPY a b', ended),
      vertex('[3/10] RUN never'),
      vertex('exporting to image', ended),
    ]),
  );

  expect(progress.count()).toEqual({ total: 2, cached: 1 });
});

test('output comes in whole lines; the rest comes when the vertex ends', () => {
  const { progress, outputs } = watch();
  const bytes = Buffer.from('é\n');

  progress.take(trace([vertex(RUN)], [log(RUN, 'one\ntw'), log(RUN, bytes.subarray(0, 1), 2)]));
  progress.take(trace([], [log(RUN, 'o'), log(RUN, bytes.subarray(1), 2)]));
  progress.take(trace([vertex(RUN, ended)]));

  expect(outputs.map(({ text }) => text)).toEqual(['one\n', 'é\n', 'two']);
});

test('a line without an end is passed on before it fills the memory', () => {
  const { progress, outputs } = watch();

  progress.take(trace([vertex(RUN)], [log(RUN, '.'.repeat(9000))]));

  expect(outputs).toHaveLength(1);
});

test('what a build that was cut off had printed is passed on at the end', () => {
  const { progress, outputs } = watch();
  progress.take(trace([vertex(RUN)], [log(RUN, 'half')]));

  progress.finish();

  expect(outputs).toEqual([{ source: RUN, text: 'half' }]);
});

test('the failed vertex is the one that the engine blames, with its last 20 lines as a terminal shows them', () => {
  const { progress } = watch();
  const lines = Array.from({ length: 30 }, (_, index) => `line ${String(index)}`).join('\n');

  progress.take(
    trace(
      [
        vertex('[2/3] RUN other', { ...ended, error: 'context canceled' }),
        vertex(RUN, { ...ended, error: 'exit code: 2' }),
      ],
      [log(RUN, `${lines}\n10%\r100%\r\n\u001B[31mred\u001B[0m\n`)],
    ),
  );

  const failed = progress.failed('failed to solve: exit code: 2');
  expect(failed).toMatchObject({ name: RUN, error: 'exit code: 2' });
  expect(failed?.lastLines).toHaveLength(20);
  expect(failed?.lastLines.slice(-3)).toEqual(['line 29', '100%', 'red']);
  expect(progress.failed('something else')?.name).toBe(RUN);
});

test('secrets are blanked in names and in output', () => {
  const { progress, events, outputs } = watch((text) => text.replaceAll('hunter22', '***'));
  const name = '[2/2] RUN login hunter22';

  progress.take(trace([vertex(name, { startedAtMs: 1 })], [log(name, 'as hunt')]));
  progress.take(trace([], [log(name, 'er22\n')]));
  progress.take(trace([vertex(name, { ...ended, error: 'no hunter22' })]));

  expect(events[0]?.name).toBe('[2/2] RUN login ***');
  expect(outputs).toEqual([{ source: '[2/2] RUN login ***', text: 'as ***\n' }]);
  expect(progress.failed('failed: no ***')?.error).toBe('no ***');
});
