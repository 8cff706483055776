import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectEngine } from '../engine/connect.ts';
import { processEnvironment } from '../host/environment.ts';
import { serveRegistry } from '../registry/embedded/serve-registry.ts';
import { openPipelineBench, uniqueImage, type BenchRun } from './testing/pipeline-bench.ts';

const DOCKERFILE = `FROM scratch
COPY busybox /bin/busybox
COPY release /release
VOLUME /data
CMD ["/bin/busybox", "sh", "-c", "trap 'exit 0' TERM; echo ready; while :; do /bin/busybox sleep 0.1; done"]
`;

/** What is said of `upgrade`, and how its step ended. */
function said(run: BenchRun): { readonly outcome: string; readonly text: string } {
  const [, step] = [...run.results].find(([id]) => id.startsWith('test:')) ?? [];
  const found = run.events.flatMap((event) =>
    event.type === 'case.finished' && event.case.id === 'upgrade' ? [event.case] : [],
  );
  const texts = found.map(({ verdict, message }) => `${verdict}: ${message}`);
  return { outcome: step?.outcome ?? 'nothing', text: texts.join('\n') };
}

/** The release that was pulled stays, as images do that somebody pulls. */
async function forget(text: string): Promise<void> {
  const engine = await connectEngine({ env: processEnvironment() });
  const ref = /\S+@sha256:[a-f0-9]{64}/u.exec(text)?.[0];
  if (ref !== undefined) await engine.images.remove(ref);
}

describe('an image that is to take over from the last release', () => {
  it('is tried on what the registry has, once for each release, and not after it was shipped itself', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'seatrial-releases-'));
    await using registry = await serveRegistry({ folder: folder.path });
    await using bench = await openPipelineBench({ Dockerfile: DOCKERFILE, release: '1' });
    await bench.write(
      'seatrial.yaml',
      `registry: ${registry.host}
images:
  ${uniqueImage(bench)}:
    ready: { log: ready }
    suites: { behaviour: { only: [starts, upgrade], upgrade: { from: stable } } }
    ship: { repository: app, tags: [stable] }
`,
    );

    const first = said(await bench.run('ship'));
    const again = said(await bench.run('ship'));
    await bench.write('release', '2');
    const second = said(await bench.run('ship'));
    const secondAgain = said(await bench.run('ship'));

    await forget(second.text);

    expect(first.outcome).toBe('passed');
    expect(first.text).toMatch(/^skip: .*no release yet: 127\.0\.0\.1:\d+\/app has no tag stable/u);
    expect(second.outcome).toBe('passed');
    expect(second.text).toMatch(/^pass: Took over the volumes of 127\.0\.0\.1:\d+\/app@sha256:/u);
    expect([again.outcome, secondAgain.outcome]).toEqual(['cached', 'cached']);
  });
});
