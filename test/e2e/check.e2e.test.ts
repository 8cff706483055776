import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findStaticBusybox } from '../../src/engine/busybox.ts';
import { connectEngine } from '../../src/engine/connect.ts';
import {
  buildScratchImage,
  type ScratchImage,
  type ScratchImageOptions,
} from '../../src/engine/testing/scratch-image.ts';
import { processEnvironment } from '../../src/host/environment.ts';
import {
  checkReportSchema,
  runReportSchema,
  type CheckReport,
} from '../../src/report/report-document.ts';
import { checkIds, checks } from '../../src/suites/behaviour/checks/index.ts';
import { runSeatrial } from './command-line.ts';
import { createSampleProject } from './sample-project.ts';
import { createTemporaryPlace, type TemporaryPlace } from './temporary-place.ts';

/** A server that ends on SIGTERM, written as people write them. */
const SERVE = `trap 'kill "$pid"; exit 0' TERM
httpd -f -p 8000 -h /www &
pid=$!
wait "$pid"
`;

/** Images of five kinds, none with a word about Seatrial in it. */
const kinds: Readonly<Record<string, () => Promise<ScratchImageOptions>>> = {
  'HTTP server': async () => ({
    files: { '/www/index.html': 'hello\n', '/serve.sh': `#!/bin/sh\n${SERVE}` },
    entrypoint: ['/serve.sh'],
    exposedPorts: [8000],
  }),
  'one-shot tool': async () => ({ entrypoint: ['/bin/echo'], command: ['1.0.0'], user: '65534' }),
  'shell base': async () => ({ command: ['/bin/sh'] }),
  'needs-config': async () => ({
    files: {
      '/www/index.html': 'hello\n',
      '/serve.sh': `#!/bin/sh
[ -n "$STORE_PASSWORD" ] || { echo 'error: STORE_PASSWORD must be set' >&2; exit 1; }
${SERVE}`,
    },
    entrypoint: ['/serve.sh'],
    exposedPorts: [8000],
    user: '65534',
  }),
  'scratch binary': scratchBinary,
};

/** One static program and nothing else: no shell, no tools. */
async function scratchBinary(): Promise<ScratchImageOptions> {
  const program = await findStaticBusybox();
  if (program === undefined) throw new Error('this test needs the package busybox-static');
  return {
    hasBusybox: false,
    // It takes its name for the program to be.
    files: { '/httpd': { contents: program, mode: 0o755 } },
    entrypoint: ['/httpd', '-f', '-p', '8000', '-h', '/etc'],
    exposedPorts: [8000],
    user: '65534:65534',
    // httpd has no handler for another signal, and so would ignore it as process 1.
    stopSignal: 'SIGKILL',
  };
}

/** What runs when nobody names checks or a group, of an image that nothing else is known of. */
const standard = checks.filter(
  ({ group, isUnasked }) => group !== 'full' && isUnasked === undefined,
);
const staticIds = new Set(checks.filter(({ group }) => group === 'static').map(({ id }) => id));

let place: TemporaryPlace;
const images = new Map<string, ScratchImage>();

beforeAll(async () => {
  place = await createTemporaryPlace();
  const engine = await connectEngine({ env: processEnvironment() });
  for (const [kind, options] of Object.entries(kinds))
    images.set(kind, await buildScratchImage(engine, await options()));
});

afterAll(async () => {
  for (const image of images.values()) await image[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

function imageOf(kind: string): ScratchImage {
  const image = images.get(kind);
  if (image === undefined) throw new Error(`there is no image of the kind ${kind}`);
  return image;
}

async function check(argv: readonly string[]): Promise<{
  readonly exitCode: number | null;
  readonly report: CheckReport;
}> {
  const run = await runSeatrial(['check', '--format', 'json', ...argv], place);
  // One object, no field that is not documented, and not a word beside it.
  const report = checkReportSchema.strict().parse(JSON.parse(run.stdout));
  expect(run.stderr).toBe('');
  return { exitCode: run.exitCode, report };
}

describe('check', () => {
  test.for([
    { kind: 'HTTP server', imageClass: 'service', exitCode: 0 },
    { kind: 'one-shot tool', imageClass: 'one-shot', exitCode: 0 },
    { kind: 'shell base', imageClass: 'shell', exitCode: 0 },
    // Nothing but skips is not green.
    { kind: 'needs-config', imageClass: 'needs-config', exitCode: 1 },
    { kind: 'scratch binary', imageClass: 'service', exitCode: 0 },
  ])('takes the $kind for what it is and blames it for nothing', async (expected) => {
    const image = imageOf(expected.kind);

    const { exitCode, report } = await check([image.ref]);

    expect(report.class, JSON.stringify(report.cases, null, 2)).toBe(expected.imageClass);
    expect(report.cases.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
    expect(report.summary).toMatchObject({ fail: 0, lost: 0 });
    expect(exitCode).toBe(expected.exitCode);
    expect(report.image.id).toBe(image.record.id);
    expect(report.image).toMatchObject({ ref: image.ref, digest: null });
    expect(new Set(report.cases.map(({ id }) => id))).toEqual(
      new Set(standard.map(({ id }) => id)),
    );
  });

  test('says in one instruction what an image lacks, and with it the image is a service', async () => {
    const { ref } = imageOf('needs-config');

    const without = await check([ref]);
    const told = await check([ref, '--env', 'STORE_PASSWORD=a']);

    const starts = without.report.cases.find(({ id }) => id === 'starts');
    expect(starts).toMatchObject({ verdict: 'skip' });
    expect(starts?.message).toContain('STORE_PASSWORD');
    expect(starts?.evidence).toContain('error: STORE_PASSWORD must be set');
    expect(starts?.fix).toContain('STORE_PASSWORD: "…"');
    // What it holds is judged, and makes no pass of an image that never came up.
    const judged = without.report.cases.filter(({ verdict }) => verdict !== 'skip');
    expect(judged.map(({ id }) => id)).toContain('secrets');
    expect(judged.filter(({ id }) => !staticIds.has(id))).toEqual([]);
    expect(without.exitCode).toBe(1);
    expect(told.report.class).toBe('service');
    expect(told.report.summary).toMatchObject({ fail: 0, lost: 0 });
    expect(told.exitCode).toBe(0);
  });

  test('a group of checks is run alone, and what is static takes no container', async () => {
    const { exitCode, report } = await check([imageOf('needs-config').ref, '--group', 'static']);

    expect(new Set(report.cases.map(({ id }) => id))).toEqual(staticIds);
    expect(report.class).toBeNull();
    expect(exitCode).toBe(0);
  });

  test('an image that fails is told with cause, evidence, fix and a command, and exit code 1', async () => {
    const { ref } = imageOf('scratch binary');

    const { exitCode, report } = await check([ref, '--only', 'starts', '--', '-h', '/nowhere']);

    expect(exitCode).toBe(1);
    expect(report.class).toBe('broken');
    expect(report.summary).toEqual({ pass: 0, warn: 0, fail: 1, skip: 0, lost: 0 });
    const [starts] = report.cases;
    expect(starts).toMatchObject({ suite: 'behaviour', id: 'starts', severity: 'error' });
    expect(starts?.message).toMatch(/^Ended with exit code 1 after .* before it was ready/u);
    expect(starts?.evidence).toContain("can't change directory to '/nowhere'");
    expect(starts?.fix).toContain('/httpd -f -p 8000 -h /etc -h /nowhere');
    expect(starts?.command).toBe(`docker run --rm -it --name by-hand ${ref} -h /nowhere`);
  });

  test('an image that the engine does not have is a mistake of the caller, told with the way out', async () => {
    const run = await runSeatrial(['check', 'seatrial-e2e/nobody-made-this:1'], place);

    expect(run.exitCode).toBe(2);
    expect(run.stdout).toBe('');
    expect(run.stderr).toMatch(/has no image seatrial-e2e\/nobody-made-this:1/u);
    expect(run.stderr).toContain('docker pull seatrial-e2e/nobody-made-this:1');
    expect(run.stderr).toContain('CHECK_IMAGE_UNKNOWN');
  });

  test('a check that does not exist is named, with those that do', async () => {
    const { ref } = imageOf('shell base');

    const run = await runSeatrial(['check', ref, '--only', 'strats'], place);

    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('strats');
    for (const id of checkIds) expect(run.stderr).toContain(id);
  });
});

test('seatrial test --format json is one object with the cases of every image', async () => {
  await using project = await createSampleProject();

  const run = await runSeatrial(['test', '--format', 'json'], project.place());

  const report = runReportSchema.strict().parse(JSON.parse(run.stdout));
  expect(run.exitCode, run.stderr).toBe(0);
  expect(report.run.outcome).toBe('passed');
  expect(report.images.map(({ ref }) => ref)).toHaveLength(2);
  const [base, app] = report.images;
  expect(base?.cases.map(({ suite, id }) => `${suite} ${id}`)).toEqual([
    'script test/base.test.sh',
  ]);
  expect(app?.class).toBe('service');
  expect(app?.summary).toMatchObject({ fail: 0, skip: 0, lost: 0 });
  expect(new Set(app?.cases.map(({ suite }) => suite))).toEqual(new Set(['behaviour', 'script']));
});
