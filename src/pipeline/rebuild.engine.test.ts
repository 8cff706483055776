import { describe, expect, it } from 'vitest';
import type { Scope } from '../engine/scope-contract.ts';
import { openPipelineBench, uniqueImage, type BenchRun } from './testing/pipeline-bench.ts';
import { REBUILT_DOCKERFILE, rebuiltImages } from './testing/rebuilt-images.ts';

function textOf(run: BenchRun, target: string): string {
  const found = run.events.flatMap((event) =>
    event.type === 'case.finished' && event.step.includes(target) ? [event.case] : [],
  );
  return found
    .map(
      ({ verdict, ...said }) => `${verdict}: ${[said.message, said.evidence, said.fix].join('\n')}`,
    )
    .join('\n');
}

function labelsOf({ labels }: Pick<Scope, 'labels'>): readonly string[] {
  return Object.entries(labels).map((pair) => pair.join('='));
}

describe('images whose builds must make the same', () => {
  it('are built twice more, told by what differs, and leave nothing', async () => {
    await using bench = await openPipelineBench({ Dockerfile: REBUILT_DOCKERFILE });
    const entries = rebuiltImages.map(
      ({ target }) => `  ${uniqueImage(bench)}-${target}:
    target: ${target}
    suites: { behaviour: { only: [reproducible], reproducible: true } }
`,
    );
    await bench.write('seatrial.yaml', `images:\n${entries.join('')}`);
    const context = await bench.context();

    const { scope, runId, engine } = context;
    const run = await bench.run('test', { scope, runId });
    const made = await engine.objects.list(labelsOf(scope));
    await scope[Symbol.asyncDispose]();

    for (const { target, verdict, says } of rebuiltImages) {
      const text = textOf(run, target);
      expect(text).toMatch(new RegExp(`^${verdict}: `, 'u'));
      for (const part of says) expect(text).toContain(part);
    }
    expect(made.filter(({ kind }) => kind === 'image')).toHaveLength(4);
    expect(await engine.objects.list(labelsOf(scope))).toEqual([]);
  });
});
